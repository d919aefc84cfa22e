import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import type { Problem, Project } from "@mobigen/analytics-contract";
import express from "express";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { handleErrors } from "../../src/http/handle-errors.js";
import { readBody } from "../../src/http/read-body.js";
import { createHttpServer } from "../../src/http/server.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { openRawConnection } from "../support/raw-http.js";
import { silentLogger } from "../support/silent-logger.js";

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const maxFormBytes = 64 * 1024;
let projects = 0;
const project = (name = "A project") => ({ id: `body-${++projects}`, name });
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

function send(raw: string | Buffer, headers: Record<string, string> = {}) {
  const body = typeof raw === "string" ? raw : new Uint8Array(raw);
  return app.fetchJson<Problem & Project>("/api/projects", { raw: body, headers });
}

describe("a body", () => {
  it.each([["application/json"], ["application/json; charset=utf-8"], ['Application/JSON; charset="UTF-8"']])(
    "is taken as %s",
    async (type) => {
      expect((await send(bytes(project()), { "content-type": type })).status).toBe(201);
    },
  );

  it.each([
    ["text/plain"],
    ["application/x-www-form-urlencoded"],
    ["application/json; charset=latin1"],
    ["application/jsonp"],
  ])("is refused as %s", async (type) => {
    const { status, body } = await send(bytes(project()), { "content-type": type });
    expect([status, body.code]).toEqual([415, "unsupported_media_type"]);
  });

  it.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
    ["br", brotliCompressSync],
    ["GZIP", gzipSync],
    ["identity", (body: Buffer) => body],
  ])("is taken encoded as %s", async (encoding, encode) => {
    const sent = project("Größe 💡");
    const { status, body } = await send(encode(bytes(sent)), { "content-encoding": encoding });
    expect([status, body.name]).toEqual([201, "Größe 💡"]);
  });

  it.each([["zstd"], ["gzip, br"], ["constructor"]])("is refused encoded as %s", async (encoding) => {
    const { status, body, headers } = await send(bytes(project()), { "content-encoding": encoding });
    expect([status, body.code]).toEqual([415, "unsupported_encoding"]);
    expect(headers.get("accept-encoding")).toBe("gzip, deflate, br");
  });

  it.each([
    ["nothing", ""],
    ["blanks", " \n"],
    ["half of it", '{"name":'],
    ["two values", "{} {}"],
    ["no JSON", "name=x"],
    ["invalid UTF-8", Buffer.from([0x22, 0xff, 0xfe, 0x22])],
    ["a number that JSON does not have", "NaN"],
  ])("is refused with %s", async (_, raw) => {
    const { status, body } = await send(raw);
    expect([status, body.code]).toEqual([400, "invalid_json"]);
  });

  it("is not quoted in the refusal", async () => {
    const { body } = await send('{"secret": hunter2}');
    expect(JSON.stringify(body)).not.toContain("hunter2");
  });

  it.each([
    ["gzip", gzipSync(bytes({ name: "x" })).subarray(0, 15)],
    ["gzip", bytes({ name: "x" })],
    ["br", gzipSync(bytes({ name: "x" }))],
  ])("is refused when it is no whole %s", async (encoding, raw) => {
    const { status, body } = await send(raw, { "content-encoding": encoding });
    expect([status, body.code]).toEqual([400, "invalid_json"]);
  });

  it("may begin with a byte order mark", async () => {
    expect((await send(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes(project())]))).status).toBe(201);
  });

  it("is refused past its bound, decompressed, and no byte before", async () => {
    const sized = (size: number) => {
      const value = bytes({ ...project(), pad: "" });
      return bytes({ ...JSON.parse(value.toString()), pad: "x".repeat(size - value.length) });
    };
    expect((await send(sized(maxFormBytes))).body.code).toBe("invalid_body");
    expect((await send(gzipSync(sized(maxFormBytes)), { "content-encoding": "gzip" })).body.code).toBe("invalid_body");
    const over = await send(sized(maxFormBytes + 1));
    expect([over.status, over.body.code]).toEqual([413, "body_too_large"]);
    const bomb = await send(gzipSync(Buffer.alloc(50_000_000, "x")), { "content-encoding": "gzip" });
    expect([bomb.status, bomb.body.code]).toEqual([413, "body_too_large"]);
  });

  it("is refused by its Content-Length alone, before a byte of it comes, and the connection is closed", async () => {
    const raw = await openRawConnection(app.url);
    raw.send(head("content-length: 999999999", "content-type: application/json"));
    await expect.poll(raw.received, { timeout: 1_000 }).toMatch(/^HTTP\/1\.1 413 [\s\S]*"body_too_large"/);
    raw.send("x".repeat(200_000));
    expect(await raw.closed()).toMatch(/connection: close/i);
  });

  it("is refused in the middle when its length was not said, and the client still reads why", async () => {
    const chunk = "x".repeat(16_384);
    const stream = new ReadableStream({
      start(controller) {
        for (let n = 0; n < 200; n += 1) controller.enqueue(new TextEncoder().encode(chunk));
        controller.close();
      },
    });
    const reply = await fetch(`${app.url}/api/projects`, {
      method: "POST",
      headers: { authorization: `Bearer ${app.adminToken}`, "content-type": "application/json" },
      body: stream,
      duplex: "half",
    } as RequestInit);
    expect(reply.status).toBe(413);
    expect(((await reply.json()) as Problem).code).toBe("body_too_large");
  });

  it("is not asked for when its head is refused", async () => {
    const refused = await openRawConnection(app.url);
    refused.send(head("content-length: 100", "content-type: text/plain", "expect: 100-continue"));
    expect(await refused.closed()).toMatch(/^HTTP\/1\.1 415 /);

    const welcome = await openRawConnection(app.url);
    const body = bytes(project());
    welcome.send(head(`content-length: ${body.length}`, "content-type: application/json", "expect: 100-continue"));
    await expect.poll(welcome.received).toMatch(/^HTTP\/1\.1 100 Continue/);
    welcome.send(body);
    await expect.poll(welcome.received).toMatch(/HTTP\/1\.1 201 /);
    welcome.socket.destroy();
  });

  it("that its client hangs up on is stored nowhere, and harms nobody", async () => {
    const { id } = project();
    const raw = await openRawConnection(app.url);
    raw.send(head("content-length: 500", "content-type: application/json"), `{"id":"${id}","name":"half"`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    raw.socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await app.fetchJson("/health")).status).toBe(200);
    expect((await app.fetchJson(`/api/projects/${id}`)).status).toBe(404);
  });

  it("that is refused for its credentials leaves the connection usable", async () => {
    const raw = await openRawConnection(app.url);
    const body = bytes(project());
    const wrong = head(`content-length: ${body.length}`, "content-type: application/json").replace(
      app.adminToken,
      "no",
    );
    raw.send(wrong, body);
    await expect.poll(raw.received).toMatch(/^HTTP\/1\.1 401 /);
    raw.send(head(`content-length: ${body.length}`, "content-type: application/json"), body);
    await expect.poll(raw.received).toMatch(/HTTP\/1\.1 201 /);
    raw.socket.destroy();
  });
});

describe("a body that comes too slowly", () => {
  it("is refused with 408 and the connection is closed", async () => {
    const api = express();
    api.post("/", readBody(1_000, { timeoutMs: 100 }), (_req, res) => void res.json({}));
    api.use(handleErrors(silentLogger));
    const server = createHttpServer(api);
    const url = `http://127.0.0.1:${await server.listen(0, "127.0.0.1")}`;
    const raw = await openRawConnection(url);
    raw.send(
      "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n",
    );
    const reply = await raw.closed();
    expect(reply).toMatch(/^HTTP\/1\.1 408 /);
    expect(reply).toContain('"request_timeout"');
    await server.close(1_000);
  });
});

function head(...headers: string[]): string {
  const lines = [
    "POST /api/projects HTTP/1.1",
    "host: localhost",
    `authorization: Bearer ${app.adminToken}`,
    ...headers,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}
