import type { Health, IngestHealth, Problem } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operations } from "../../src/http/operations.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { openRawConnection } from "../support/raw-http.js";

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

describe("the description of the API", () => {
  it("has an operation for every route, and a route for every operation", () => {
    const registered = [...app.service.routes].flatMap(([path, methods]) =>
      methods.map((method) => `${method} ${path}`),
    );
    const described = operations.map(({ method, path }) => `${method} ${path}`);
    expect(described.sort()).toEqual(registered.filter((route) => !route.startsWith("OPTIONS")).sort());
  });

  it("is OpenAPI 3.1 in which every reference leads somewhere", async () => {
    const { status, body } = await app.fetchJson<Record<string, unknown>>("/openapi.json", { token: null });
    expect(status).toBe(200);
    expect(body["openapi"]).toBe("3.1.0");
    const text = JSON.stringify(body);
    const refs = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref ?? "");
    expect(refs.length).toBeGreaterThan(50);
    for (const ref of new Set(refs)) expect([ref, resolve(body, ref)]).toEqual([ref, expect.any(Object)]);
  });

  it("gives every operation an id of its own", async () => {
    const { body } = await app.fetchJson<{ paths: Record<string, Record<string, { operationId: string }>> }>(
      "/openapi.json",
    );
    const ids = Object.values(body.paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
    expect(ids).toHaveLength(operations.length);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("has a page of its own, with all that it needs from here", async () => {
    const page = await fetch(`${app.url}/docs`);
    const html = await page.text();
    expect(page.headers.get("content-type")).toContain("text/html");
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? "");
    expect(links).toHaveLength(4);
    for (const link of links) {
      const reply = await fetch(app.url + link);
      expect([link, reply.status]).toEqual([link, 200]);
      await reply.arrayBuffer();
    }
    expect(html).not.toMatch(/<script>|https?:/);
  });
});

describe("the guards", () => {
  const guarded = operations.flatMap(({ method, path, guard }) =>
    guard === "public" ? [] : [{ method, path, guard }],
  );
  const urlOf = (path: string) => path.replace(/:\w+/g, "some-id");

  it.each(guarded)("let nobody without credentials to $method $path", async ({ method, path }) => {
    const body = method === "POST" || method === "PATCH" ? { body: {} } : {};
    const reply = await app.fetchJson<Problem>(urlOf(path), { method, token: null, ...body });
    expect([reply.status, reply.body.code]).toEqual([401, "unauthenticated"]);
  });

  it("let a token to what its scope says and to nothing else", async () => {
    const scopes = ["platform:read", "platform:write"] as const;
    for (const scope of scopes) {
      const { token } = await app.domain.tokens.create({ name: scope, scopes: [scope] }, "test");
      for (const { method, path, guard } of guarded) {
        if (!("token" in guard)) continue;
        const body = method === "POST" || method === "PATCH" ? { body: [] } : {};
        const { status } = await app.fetchJson(urlOf(path), { method, token, ...body });
        expect([scope, method, path, status === 403]).toEqual([scope, method, path, guard.token !== scope]);
      }
    }
  });
});

describe("a request that leads nowhere", () => {
  it("is 404 for an unknown path, as a problem", async () => {
    const { status, headers, body } = await app.fetchJson<Problem>("/no/such/path");
    expect(status).toBe(404);
    expect(headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
    expect(body).toEqual({
      type: "about:blank",
      title: "There is no such thing",
      status: 404,
      code: "not_found",
      detail: "There is no GET /no/such/path.",
      requestId: headers.get("x-request-id"),
    });
  });

  it.each([
    ["DELETE", "/events", "POST, OPTIONS"],
    ["GET", "/usage/api", "POST, OPTIONS"],
    ["POST", "/usage/user/u", "GET, HEAD, OPTIONS"],
    ["PUT", "/api/projects/p", "GET, PATCH, HEAD, OPTIONS"],
    ["POST", "/api/events/health", "OPTIONS, GET, HEAD"],
    ["PUT", "/api/events", "OPTIONS, POST"],
    ["POST", "/health", "GET, HEAD, OPTIONS"],
  ])("is 405 for %s %s, with the methods that are allowed", async (method, path, allow) => {
    const { status, headers, body } = await app.fetchJson<Problem>(path, { method });
    expect([status, body.code, headers.get("allow")]).toEqual([405, "method_not_allowed", allow]);
  });

  it("is told the methods by OPTIONS", async () => {
    const { status, headers } = await app.fetchJson("/tokens", { method: "OPTIONS", token: null });
    expect([status, headers.get("allow")]).toEqual([204, "POST, GET, HEAD, OPTIONS"]);
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });

  it.each(["/usage/user/%E0%A4%A", "/usage/user/%", "/usage/user/%FF"])(
    "is 400 for the malformed path %s",
    async (path) => {
      const raw = await openRawConnection(app.url);
      raw.send(
        `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${app.adminToken}\r\n\r\n`,
      );
      expect(await raw.closed()).toMatch(/^HTTP\/1\.1 400 [\s\S]*"invalid_path"/);
    },
  );

  it("is 400 for ids that no id can be", async () => {
    for (const id of ["%00", "a%0Ab", "x".repeat(201)]) {
      const { status, body } = await app.fetchJson<Problem>(`/usage/user/${id}`);
      expect([status, body.code]).toEqual([400, "invalid_path"]);
    }
  });

  it("is a problem even when it is no HTTP", async () => {
    const broken = await openRawConnection(app.url);
    broken.send("this is no HTTP\r\n\r\n");
    expect(await broken.closed()).toMatch(/^HTTP\/1\.1 400 [\s\S]*"invalid_request"/);

    const large = await openRawConnection(app.url);
    large.send(`GET / HTTP/1.1\r\nhost: x\r\nx-large: ${"a".repeat(20_000)}\r\n\r\n`);
    expect(await large.closed()).toMatch(/^HTTP\/1\.1 431 [\s\S]*"headers_too_large"/);
  });
});

describe("every reply", () => {
  it("carries the caller's request id, or one of ours where that is no good", async () => {
    const idFor = async (id: string) =>
      (await app.fetchJson("/health", { headers: { "x-request-id": id } })).headers.get("x-request-id");
    expect(await idFor("trace-123_4.5:6/7")).toBe("trace-123_4.5:6/7");
    expect(await idFor("with blanks and <tags>")).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idFor("x".repeat(129))).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("has the headers that keep browsers safe, and does not say what it is made with", async () => {
    const { headers } = await app.fetchJson("/health");
    expect(headers.get("x-powered-by")).toBeNull();
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(headers.get("content-security-policy")).not.toMatch(/script-src|unsafe-eval/);
  });

  it.each(["/api/events", "/api/events/single", "/events", "/usage/api"])(
    "to what is posted to %s is JSON and nothing else",
    async (path) => {
      const { headers } = await app.fetchJson(path, { body: {} });
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-type")).toMatch(/^application\/(problem\+)?json; charset=utf-8$/);
      expect(headers.get("content-security-policy")).toBeNull();
    },
  );
});

describe("CORS", () => {
  it.each(["/api/events", "/api/events/single"])("lets apps of any origin send to %s", async (path) => {
    const preflight = await app.fetchJson(path, {
      method: "OPTIONS",
      token: null,
      headers: { origin: "https://app.example", "access-control-request-method": "POST" },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
    expect(preflight.headers.get("access-control-allow-headers")).toMatch(/Content-Type.*X-API-Key/);
    const refused = await app.fetchJson(path, { body: {}, token: null, headers: { origin: "https://app.example" } });
    expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([401, "*"]);
    expect(refused.headers.get("access-control-expose-headers")).toContain("Retry-After");
  });

  it("is for ingestion alone", async () => {
    for (const path of ["/metrics/dashboard", "/api/projects", "/tokens", "/health", "/events"]) {
      const { headers } = await app.fetchJson(path, { headers: { origin: "https://evil.example" } });
      expect([path, headers.get("access-control-allow-origin")]).toEqual([path, null]);
    }
  });
});

describe("health", () => {
  it("says that all is well, and nothing about where", async () => {
    const { status, body } = await app.fetchJson<Health>("/health", { token: null });
    expect([status, body]).toEqual([
      200,
      {
        status: "ok",
        service: "analytics",
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        uptimeSeconds: expect.any(Number),
        parts: { database: { status: "ok" }, cache: { status: "ok" } },
      },
    ]);
    expect((await app.fetchJson("/health/live", { token: null })).status).toBe(200);
    expect((await app.fetchJson("/health/ready", { token: null })).status).toBe(200);
    expect((await app.fetchJson<IngestHealth>("/api/events/health", { token: null })).body).toEqual({
      status: "ok",
      service: "analytics-ingestion",
      buffers: {},
    });
  });

  it("has numbers for Prometheus, by route and never by path", async () => {
    await app.fetchJson("/usage/user/somebody");
    await app.fetchJson("/no/such/path");
    const { headers, body } = await app.fetchJson<string>("/internal/metrics");
    expect(headers.get("content-type")).toContain("text/plain");
    expect(body).toContain(
      'http_request_duration_seconds_count{method="GET",route="/usage/user/:userId",status="200"}',
    );
    expect(body).toContain('route="none",status="404"');
    expect(body).not.toMatch(/somebody|no\/such/);
    for (const name of ["ingest_waiting_events", "usage_waiting_rows", "redis_up", "process_cpu_seconds_total"]) {
      expect(body).toContain(`\n${name} `);
    }
  });
});

function resolve(root: unknown, ref: string): unknown {
  let value = root;
  for (const step of ref.replace(/^#\//, "").split("/")) value = (value as Record<string, unknown> | undefined)?.[step];
  return value;
}
