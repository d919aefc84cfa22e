import type { ProblemCode } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";
import { countRows, expectProblem } from "../support/hostile.js";
import { openRawConnection, type RawConnection } from "../support/raw-http.js";

let app: TestApp;
let key: string;
let drips: { head: Drip; body: Drip };

beforeAll(async () => {
  app = await startTestApp();
  await app.createProject({ id: "victim", eventsPerMinute: 1_000_000 });
  key = (await app.createKey("victim")).key;
  // Begun here, for they last as long as the server is patient, and looked at by the last tests.
  drips = {
    head: await drip("POST /api/events HTTP/1.1\r\nhost: x\r\n", "x-"),
    body: await drip(head(["content-length: 99"]), " "),
  };
});
afterAll(() => app.stop());

let last = 0;
const eventId = () => `event-${++last}`;
const batch = (id: string) => JSON.stringify({ events: [{ eventId: id, type: "tap", sessionId: "s" }] });

/** A request's head as text, with lines of its own. */
function head(lines: readonly string[] = [], start = "POST /api/events HTTP/1.1"): string {
  const own = lines.some((line) => /^host:/i.test(line)) ? [] : ["host: x"];
  return `${[start, ...own, `x-api-key: ${key}`, "content-type: application/json", ...lines].join("\r\n")}\r\n\r\n`;
}

function whole(id: string, ...lines: string[]): string {
  const body = batch(id);
  return head([`content-length: ${Buffer.byteLength(body)}`, ...lines]) + body;
}

type RawReply = { status: number; headers: Record<string, string>; text: string };

/** The replies in what a connection received, in order. */
function repliesIn(received: string): RawReply[] {
  const replies: RawReply[] = [];
  for (let rest = received; rest !== ""; ) {
    const end = rest.indexOf("\r\n\r\n");
    const [start = "", ...lines] = rest.slice(0, end).split("\r\n");
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
    );
    const length = Number(headers["content-length"] ?? 0);
    replies.push({ status: Number(start.split(" ")[1]), headers, text: rest.slice(end + 4, end + 4 + length) });
    rest = rest.slice(end + 4 + length);
  }
  return replies;
}

async function send(...parts: (string | Buffer)[]): Promise<RawConnection> {
  const connection = await openRawConnection(app.url);
  connection.send(...parts);
  return connection;
}

/** Waits for so many replies. */
async function replies(connection: RawConnection, count: number): Promise<RawReply[]> {
  await expect.poll(() => repliesIn(connection.received()).length, { timeout: 5_000, interval: 5 }).toBe(count);
  return repliesIn(connection.received());
}

async function isStored(...ids: string[]): Promise<number> {
  const { rows } = await app.pool.query<{ count: number }>(
    "select count(*) from app_event where event_id_text = any($1::text[])",
    [ids],
  );
  return rows[0]?.count ?? 0;
}

async function goesOn(): Promise<void> {
  const id = eventId();
  const connection = await send(whole(id, "connection: close"));
  expect((await replies(connection, 1))[0]?.status).toBe(200);
  expect(await isStored(id)).toBe(1);
}

describe("a request that is no valid HTTP", () => {
  const id = "never";
  const body = batch(id);
  const length = `content-length: ${body.length}`;
  const faults: [what: string, sent: () => string, code: ProblemCode][] = [
    ["no HTTP at all", () => "\u0016\u0003\u0001 hello\r\n\r\n", "invalid_request"],
    ["an unknown method", () => head([length], "BREW /api/events HTTP/1.1") + body, "invalid_request"],
    ["HTTP/3.0", () => head([length], "POST /api/events HTTP/3.0") + body, "invalid_request"],
    ["a blank in its path", () => head([length], "POST /api/ events HTTP/1.1") + body, "invalid_request"],
    ["two lengths", () => head([length, "content-length: 5"]) + body, "invalid_request"],
    ["one length twice", () => head([length, length]) + body, "invalid_request"],
    ["a length below zero", () => head(["content-length: -1"]) + body, "invalid_request"],
    ["a length that is no number", () => head(["content-length: 1e2"]) + body, "invalid_request"],
    ["a length past 2^64", () => head(["content-length: 99999999999999999999"]) + body, "invalid_request"],
    ["a length and chunks", () => head([length, "transfer-encoding: chunked"]) + body, "invalid_request"],
    ["chunks that are not last", () => head(["transfer-encoding: chunked, gzip"]) + body, "invalid_request"],
    [
      "a chunk without a size",
      () => `${head(["transfer-encoding: chunked"])}size\r\n${body}\r\n0\r\n\r\n`,
      "invalid_request",
    ],
    ["a header with NUL", () => head([length, "x-bad: a\u0000b"]) + body, "invalid_request"],
    ["a header without a name", () => head([length, ": x"]) + body, "invalid_request"],
    ["a header folded into two lines", () => head([length, "x-bad: a\r\n b"]) + body, "invalid_request"],
    [
      "a bare line break",
      () => head([length, "x-bad: a\nx-other: b"]).replaceAll("\r\n", "\n") + body,
      "invalid_request",
    ],
    ["headers past 16 KB", () => head([length, `x-large: ${"a".repeat(17_000)}`]) + body, "headers_too_large"],
    ["a path past 16 KB", () => head([length], `POST /${"a".repeat(17_000)} HTTP/1.1`) + body, "headers_too_large"],
    [
      "a thousand headers past 16 KB",
      () => head([length, ...Array<string>(1_000).fill("x-abcdefgh: abcdefgh")]) + body,
      "headers_too_large",
    ],
  ];

  it.each(faults)("is refused with %s, and the connection is closed", async (_what, sent, code) => {
    const before = await countRows(app.pool);
    const connection = await send(sent());
    const [reply, ...more] = repliesIn(await connection.closed());
    if (reply === undefined) throw new Error("there was no reply");
    expect(more).toEqual([]);
    expect(reply.headers["connection"]).toBe("close");
    expectProblem(reply, code);
    expect(await countRows(app.pool)).toEqual(before);
    expect(await isStored("never")).toBe(0);
    await goesOn();
  });

  it("is refused after the replies of what came before it on its connection", async () => {
    // The first reply has to wait for a commit, which waits for this lock.
    const lock = await app.pool.connect();
    await lock.query("begin");
    await lock.query("lock table session in exclusive mode");
    const ids = [eventId(), eventId()];
    const connection = await send(...ids.map((id) => whole(id)), "no HTTP\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 50));
    await lock.query("rollback");
    lock.release();
    const received = repliesIn(await connection.closed());
    expect(received.map(({ status }) => status)).toEqual([200, 200, 400]);
    expect(await isStored(...ids)).toBe(2);
    await goesOn();
  });
});

describe("a request that is valid HTTP, if odd", () => {
  const chunked = (body: string, size: number) => {
    const chunks = body.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
    return `${chunks.map((chunk) => `${chunk.length.toString(16)};x=y\r\n${chunk}\r\n`).join("")}0\r\nx-trailer: z\r\n\r\n`;
  };

  it.each([
    ["in HTTP/1.0", (id: string) => whole(id).replace("HTTP/1.1", "HTTP/1.0")],
    [
      "in HTTP/1.0 without a Host",
      (id: string) => whole(id).replace("HTTP/1.1", "HTTP/1.0").replace("host: x\r\n", ""),
    ],
    ["in chunks of a byte", (id: string) => head(["transfer-encoding: chunked"]) + chunked(batch(id), 1)],
    ["in chunks, with trailers", (id: string) => head(["Transfer-Encoding: Chunked"]) + chunked(batch(id), 1_000)],
    ["with the whole address in its first line", (id: string) => whole(id).replace("/api", "http://x/api")],
    ["with a wish to upgrade", (id: string) => whole(id, "connection: upgrade", "upgrade: websocket")],
    ["with an expectation that nobody knows", (id: string) => whole(id, "expect: a-miracle")],
    [
      "with a capital in its path and a slash behind it",
      (id: string) => whole(id).replace("/api/events", "/API/Events/"),
    ],
    ["behind line breaks", (id: string) => `\r\n\r\n${whole(id)}`],
  ])("is answered %s", async (_how, sent) => {
    const id = eventId();
    const connection = await send(sent(id));
    const [reply] = await replies(connection, 1);
    expect([reply?.status, reply?.text]).toEqual([200, expect.stringContaining('"accepted":1')]);
    expect(await isStored(id)).toBe(1);
    connection.socket.destroy();
  });

  it("is answered in order when a hundred come at once on one connection, refused ones among them", async () => {
    const ids = Array.from({ length: 100 }, eventId);
    const requests = ids.map((id, n) =>
      n % 3 === 1 ? whole(id).replace(key, "mgk_wrong") : n % 3 === 2 ? whole(id).replace('"tap"', '"tap!') : whole(id),
    );
    const connection = await send(requests.join(""));
    const statuses = (await replies(connection, 100)).map(({ status }) => status);
    expect(statuses).toEqual(ids.map((_, n) => [200, 401, 400][n % 3]));
    expect(await isStored(...ids)).toBe(34);
    connection.socket.destroy();
  });

  it("is asked for its body only when it is welcome, and answered either way", async () => {
    const id = eventId();
    const body = batch(id);
    const welcome = await send(head([`content-length: ${body.length}`, "expect: 100-continue"]));
    await expect.poll(welcome.received, { interval: 5 }).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    welcome.send(body);
    await expect.poll(welcome.received, { interval: 5 }).toContain('"accepted":1');
    expect(await isStored(id)).toBe(1);
    welcome.socket.destroy();

    const tooLarge = await send(head(["content-length: 6000000", "expect: 100-continue"]));
    const [reply] = repliesIn(await tooLarge.closed());
    expect(reply?.status).toBe(413);
  });

  it.each(["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "QUERY"])(
    "is 405 by the method %s",
    async (method) => {
      const before = await countRows(app.pool);
      const connection = await send(whole("never", "connection: close").replace("POST", method));
      const [reply] = repliesIn(
        (await connection.closed()).replace(/(HEAD|content-length: \d+)/i, (part) => (method === "HEAD" ? "" : part)),
      );
      expect([reply?.status, reply?.headers["allow"]]).toEqual([405, "OPTIONS, POST"]);
      if (method !== "HEAD" && reply !== undefined) expectProblem(reply, "method_not_allowed");
      expect(await countRows(app.pool)).toEqual(before);
    },
  );

  it("is no way through to other machines", async () => {
    const connection = await send("CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n");
    expect(await connection.closed()).not.toMatch(/^HTTP\/1\.1 2/);
    await goesOn();
  });
});

describe("a request that was refused before its body came", () => {
  it("gets no second reply when its client leaves in the middle of that body", async () => {
    const connection = await send(whole("never").replace(key, "mgk_wrong").slice(0, -10));
    await replies(connection, 1);
    connection.socket.end();
    const received = repliesIn(await connection.closed());
    expect(received.map(({ status }) => status)).toEqual([401]);
  });
});

describe("a request without a Host", () => {
  it("is refused in HTTP/1.1", async () => {
    const connection = await send(whole("never", "connection: close").replace("host: x\r\n", ""));
    const [reply] = repliesIn(await connection.closed());
    if (reply === undefined) throw new Error("there was no reply");
    expectProblem(reply, "invalid_request");
    expect(await isStored("never")).toBe(0);
  });
});

describe("a client that hangs up", () => {
  const body = batch("hung-up");
  it.each([
    ["in the middle of its headers", () => head(["content-length: 10"]).slice(0, 60)],
    ["before its body", () => head([`content-length: ${body.length}`])],
    ["in the middle of its body", () => head([`content-length: ${body.length}`]) + body.slice(0, -1)],
    [
      "in the middle of a chunk",
      () => `${head(["transfer-encoding: chunked"])}${(body.length + 1).toString(16)}\r\n${body}`,
    ],
    [
      "before the last chunk",
      () => `${head(["transfer-encoding: chunked"])}${body.length.toString(16)}\r\n${body}\r\n`,
    ],
    ["in the middle of a gzip", () => `${head(["content-length: 100", "content-encoding: gzip"])}\u001f\u008b`],
    ["in a body that is refused", () => `${head(["content-length: 9000000"])}${"x".repeat(100_000)}`],
  ])("%s has sent nothing", async (_when, sent) => {
    const before = await countRows(app.pool);
    for (const end of ["destroy", "resetAndDestroy", "end"] as const) {
      const connection = await send(Buffer.from(sent(), "latin1"));
      await new Promise((resolve) => setTimeout(resolve, 20));
      connection.socket[end]();
      await connection.closed().catch(() => undefined);
    }
    expect(await countRows(app.pool)).toEqual(before);
    await goesOn();
  });

  it("before its reply may have sent everything, and a retry tells", async () => {
    const ids = Array.from({ length: 20 }, eventId);
    const connections = await Promise.all(ids.map((id) => send(whole(id))));
    for (const { socket } of connections) socket.destroy();
    const retry = await send(...ids.map((id) => whole(id)));
    expect((await replies(retry, 20)).map(({ status }) => status)).toEqual(Array<number>(20).fill(200));
    expect(await isStored(...ids)).toBe(20);
    retry.socket.destroy();
  });
});

type Drip = { startedAt: number; received: Promise<{ text: string; afterMs: number }>; stop: () => void };

/** A client that sends a byte a second. */
async function drip(start: string, byte: string): Promise<Drip> {
  const startedAt = performance.now();
  const connection = await send(start);
  const timer = setInterval(() => connection.send(byte), 1_000);
  const stop = () => clearInterval(timer);
  const received = connection
    .closed()
    .finally(stop)
    .then((text) => ({ text, afterMs: performance.now() - startedAt }));
  received.catch(() => undefined);
  return { startedAt, received, stop };
}

describe("a client that sends a byte a second", () => {
  it("delays nobody, not even by the hundred", async () => {
    const slow = await Promise.all(Array.from({ length: 100 }, () => drip(head(["content-length: 100000"]), "x")));
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: 20 }, goesOn));
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    for (const { stop } of slow) stop();
  });

  it.each(["body", "head"] as const)(
    "in its %s is told that it is too slow, and is cut off",
    async (part) => {
      const { text, afterMs } = await drips[part].received;
      const [reply] = repliesIn(text);
      if (reply === undefined) throw new Error("there was no reply");
      expectProblem(reply, "request_timeout");
      expect(afterMs).toBeLessThan(20_000);
      await goesOn();
    },
    60_000,
  );
});
