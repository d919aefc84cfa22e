import type {
  AuditEntry,
  CreatedKey,
  CreatedToken,
  Key,
  Page,
  Problem,
  Project,
  Token,
} from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

describe("projects", () => {
  it("are made with defaults, and found again", async () => {
    const { status, body, headers } = await app.fetchJson<Project>("/api/projects", { body: { name: "Shop" } });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: "Shop",
      ownerId: null,
      timezone: "UTC",
      eventsPerMinute: 1_000,
      retentionDays: 90,
      createdAt: "2026-03-18T10:20:30.000Z",
      deletedAt: null,
    });
    expect(headers.get("location")).toBe(`/api/projects/${body.id}`);
    expect((await app.fetchJson(`/api/projects/${body.id}`)).body).toEqual(body);
  });

  it("keep ids with slashes, quotes and blanks", async () => {
    const id = `a/b "c" 'd' ?e=1&f #g`;
    const { body } = await app.fetchJson<Project>("/api/projects", { body: { id, name: "Odd" } });
    expect(body.id).toBe(id);
    expect((await app.fetchJson<Project>(`/api/projects/${encodeURIComponent(id)}`)).body.name).toBe("Odd");
  });

  it("are not made twice under one id", async () => {
    await app.fetchJson("/api/projects", { body: { id: "twice", name: "One" } });
    const { status, body } = await app.fetchJson<Problem>("/api/projects", { body: { id: "twice", name: "Two" } });
    expect([status, body.code]).toEqual([409, "already_exists"]);
    expect((await app.fetchJson<Project>("/api/projects/twice")).body.name).toBe("One");
  });

  it("change what a patch names, and only that", async () => {
    await app.fetchJson("/api/projects", {
      body: { id: "patched", name: "Old", ownerId: "o", timezone: "Asia/Tokyo" },
    });
    const body = { name: "New", ownerId: null, eventsPerMinute: 5, retentionDays: 30 };
    const patched = await app.fetchJson<Project>("/api/projects/patched", { method: "PATCH", body });
    expect(patched.status).toBe(200);
    expect(patched.body).toMatchObject({ ...body, timezone: "Asia/Tokyo" });
  });

  it.each([
    ["no name", {}, "/name"],
    ["a blank name", { name: "  " }, "/name"],
    ["an unknown field", { name: "x", nmae: "y" }, "/nmae"],
    ["an unknown time zone", { name: "x", timezone: "Mars/Olympus" }, "/timezone"],
    ["a limit of nothing", { name: "x", eventsPerMinute: 0 }, "/eventsPerMinute"],
    ["rows kept for less than the acceptance window", { name: "x", retentionDays: 29 }, "/retentionDays"],
    ["an id that is too long", { name: "x", id: "i".repeat(201) }, "/id"],
    ["NUL in the id", { name: "x", id: "a\u0000b" }, "/id"],
    ["a lone surrogate in the name", { name: "\ud800" }, "/name"],
    ["no object", [], ""],
  ])("are refused with %s", async (_, body, pointer) => {
    const reply = await app.fetchJson<Problem>("/api/projects", { body });
    expect([reply.status, reply.body.code]).toEqual([400, "invalid_body"]);
    expect(reply.body.errors?.map((error) => error.pointer)).toContain(pointer);
  });

  it("are not changed by an empty patch, nor made by one", async () => {
    expect((await app.fetchJson("/api/projects/nowhere", { method: "PATCH", body: { name: "x" } })).status).toBe(404);
    expect((await app.fetchJson("/api/projects/twice", { method: "PATCH", body: {} })).status).toBe(400);
    expect((await app.fetchJson<Problem>("/api/projects/nowhere")).body.code).toBe("not_found");
  });

  it("are listed newest first, page by page", async () => {
    for (const id of ["l1", "l2", "l3"]) await app.createProject({ id });
    const first = await app.fetchJson<Page<Project>>("/api/projects?limit=2");
    expect(first.body.items.map(({ id }) => id)).toEqual(["l3", "l2"]);
    const second = await app.fetchJson<Page<Project>>(`/api/projects?limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body.items[0]?.id).toBe("l1");
  });

  it.each(["limit=0", "limit=201", "limit=x", "cursor=nonsense", "page=2", "limit=1&limit=2"])(
    "are not listed by ?%s",
    async (query) => {
      const { status, body } = await app.fetchJson<Problem>(`/api/projects?${query}`);
      expect([status, body.code]).toEqual([400, "invalid_query"]);
    },
  );
});

describe("keys", () => {
  const event = { eventId: "e1", type: "custom", sessionId: "s", timestamp: "2026-03-18T10:20:00Z" };
  const send = (key: string) => app.fetchJson<Problem>("/api/events", { key, body: { events: [event] } });

  it("are shown once, open their project, and are kept as a hash", async () => {
    await app.createProject({ id: "k1" });
    const { status, body } = await app.fetchJson<CreatedKey>("/api/projects/k1/keys", { body: {} });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      scopes: ["ingest"],
      prefix: body.key.slice(0, 12),
      lastUsedAt: null,
      revokedAt: null,
    });
    expect(body.key).toMatch(/^mgk_[\w-]{43}$/);
    expect((await send(body.key)).status).toBe(200);
    const listed = await app.fetchJson<Page<Key>>("/api/projects/k1/keys");
    expect(JSON.stringify(listed.body)).not.toContain(body.key);
    const { rows } = await app.pool.query("select row_to_json(api_key)::text as row from api_key");
    expect(JSON.stringify(rows)).not.toContain(body.key.slice(12));
  });

  it("overlap for a rotation, and are refused at once when they are revoked", async () => {
    await app.createProject({ id: "k2" });
    const [old, next] = [await app.createKey("k2"), await app.createKey("k2")];
    expect((await send(old.key)).status).toBe(200);
    expect((await send(next.key)).status).toBe(200);
    const path = `/api/projects/k2/keys/${old.id}`;
    expect((await app.fetchJson(path, { method: "DELETE" })).status).toBe(204);
    expect((await send(old.key)).body).toMatchObject({ status: 401, code: "unauthenticated" });
    expect((await send(next.key)).status).toBe(200);
    expect((await app.fetchJson(path, { method: "DELETE" })).status).toBe(204);
  });

  it("are at most ten at a time", async () => {
    await app.createProject({ id: "k3" });
    const made = await Promise.all(
      Array.from({ length: 12 }, () => app.fetchJson<Problem>("/api/projects/k3/keys", { body: {} })),
    );
    expect(made.filter(({ status }) => status === 201)).toHaveLength(10);
    expect(made.find(({ status }) => status !== 201)?.body).toMatchObject({ status: 409, code: "limit_reached" });
  });

  it("are made for no unknown project, and revoked in their own project alone", async () => {
    expect((await app.fetchJson("/api/projects/nowhere/keys", { body: {} })).status).toBe(404);
    expect((await app.fetchJson("/api/projects/nowhere/keys")).status).toBe(404);
    await app.createProject({ id: "k4" });
    const key = await app.createKey("k4");
    expect((await app.fetchJson(`/api/projects/k1/keys/${key.id}`, { method: "DELETE" })).status).toBe(404);
    expect((await app.fetchJson("/api/projects/k4/keys/no-uuid", { method: "DELETE" })).status).toBe(404);
    expect((await send(key.key)).status).toBe(200);
  });

  it("open nothing without the right scope", async () => {
    await app.createProject({ id: "k5" });
    const { key } = await app.createKey("k5", ["read"]);
    expect((await send(key)).body).toMatchObject({ status: 403, code: "forbidden" });
  });

  it.each(["", "mgk_", "nonsense", `mgk_${"a".repeat(43)}`, `mgt_${"a".repeat(43)}`])("are not %j", async (key) => {
    const reply = await send(key);
    expect([reply.status, reply.body.code]).toEqual([401, "unauthenticated"]);
    expect(reply.headers.get("www-authenticate")).toContain("X-API-Key");
  });

  it("carry their project's changed limit at once", async () => {
    await app.createProject({ id: "k6", eventsPerMinute: 1 });
    const { key } = await app.createKey("k6");
    await send(key);
    expect((await send(key)).status).toBe(429);
    await app.fetchJson("/api/projects/k6", { method: "PATCH", body: { eventsPerMinute: 100 } });
    expect((await send(key)).status).toBe(200);
  });

  it("remember their last use, at most once a minute", async () => {
    await app.createProject({ id: "k7" });
    const { key } = await app.createKey("k7");
    const lastUse = async () => {
      await app.domain.lastUse.flush();
      return (await app.fetchJson<Page<Key>>("/api/projects/k7/keys")).body.items[0]?.lastUsedAt;
    };
    await send(key);
    expect(await lastUse()).toBe("2026-03-18T10:20:30.000Z");
    app.clock.advance({ seconds: 30 });
    await send(key);
    expect(await lastUse()).toBe("2026-03-18T10:20:30.000Z");
    app.clock.advance({ seconds: 30 });
    await send(key);
    expect(await lastUse()).toBe("2026-03-18T10:21:30.000Z");
  });
});

describe("tokens", () => {
  const make = async (...scopes: string[]) =>
    (await app.fetchJson<CreatedToken>("/tokens", { body: { name: "t", scopes } })).body;

  it("are shown once and open what their scopes say", async () => {
    const reader = await make("platform:read");
    const writer = await make("platform:write");
    const admin = await make("admin");
    expect(reader.token).toMatch(/^mgt_[\w-]{43}$/);
    const usage = { userId: "u", model: "claude-3-haiku-20240307", inputTokens: 1, outputTokens: 1 };
    const statuses = async (token: string) => [
      (await app.fetchJson("/usage/user/u", { token })).status,
      (await app.fetchJson("/usage/api", { token, body: usage })).status,
      (await app.fetchJson("/tokens", { token })).status,
    ];
    expect(await statuses(reader.token)).toEqual([200, 403, 403]);
    expect(await statuses(writer.token)).toEqual([403, 201, 403]);
    expect(await statuses(admin.token)).toEqual([200, 201, 200]);
  });

  it("are refused at once when they are revoked, here and soon on another replica", async () => {
    const { id, token } = await make("platform:read");
    const replica = await startTestApp({ db: app.db, clock: app.clock });
    try {
      expect((await app.fetchJson("/usage/user/u", { token })).status).toBe(200);
      expect((await replica.fetchJson("/usage/user/u", { token })).status).toBe(200);
      expect((await app.fetchJson(`/tokens/${id}`, { method: "DELETE" })).status).toBe(204);
      expect((await app.fetchJson("/usage/user/u", { token })).status).toBe(401);
      const status = async () => (await replica.fetchJson("/usage/user/u", { token })).status;
      await expect.poll(status, { timeout: 10_000, interval: 250 }).toBe(401);
      expect((await app.fetchJson(`/tokens/${id}`, { method: "DELETE" })).status).toBe(204);
    } finally {
      await replica.stop();
    }
  });

  it("are listed by prefix", async () => {
    const created = await make("platform:read", "platform:write");
    const { body } = await app.fetchJson<Page<Token>>("/tokens?limit=200");
    expect(body.items.find(({ id }) => id === created.id)).toMatchObject({
      prefix: created.token.slice(0, 12),
      scopes: ["platform:read", "platform:write"],
    });
    expect(JSON.stringify(body)).not.toContain(created.token);
  });

  it.each([
    ["no header", null, {}],
    ["an unknown token", `mgt_${"a".repeat(43)}`, {}],
    ["a key", `mgk_${"a".repeat(43)}`, {}],
    ["the admin token and a letter", "test-admin-token-0123456789x", {}],
    ["another scheme", null, { authorization: "Basic dGVzdDp0ZXN0" }],
    ["a scheme alone", null, { authorization: "Bearer" }],
  ])("are not %s", async (_, token, headers) => {
    const reply = await app.fetchJson<Problem>("/metrics/dashboard", { token, headers });
    expect([reply.status, reply.body.code]).toEqual([401, "unauthenticated"]);
    expect(reply.headers.get("www-authenticate")).toContain("Bearer");
  });

  it("are refused with an unknown scope, none, or no name", async () => {
    for (const body of [{ name: "t", scopes: ["root"] }, { name: "t", scopes: [] }, { scopes: ["admin"] }]) {
      expect((await app.fetchJson("/tokens", { body })).status).toBe(400);
    }
    expect((await app.fetchJson(`/tokens/${crypto.randomUUID()}`, { method: "DELETE" })).status).toBe(404);
  });
});

describe("the audit log", () => {
  it("has one entry for every change, with who made it, and no secret", async () => {
    const { token } = (await app.fetchJson<CreatedToken>("/tokens", { body: { name: "ops", scopes: ["admin"] } })).body;
    await app.fetchJson("/api/projects", { token, body: { id: "audited", name: "A" } });
    await app.fetchJson("/api/projects/audited", { token, method: "PATCH", body: { name: "B" } });
    const key = (await app.fetchJson<CreatedKey>("/api/projects/audited/keys", { token, body: {} })).body;
    for (const _ of [1, 2]) await app.fetchJson(`/api/projects/audited/keys/${key.id}`, { token, method: "DELETE" });
    await app.fetchJson("/api/projects", { token, body: { id: "audited", name: "refused" } });

    const { body } = await app.fetchJson<Page<AuditEntry>>("/audit?limit=5");
    expect(body.items.map(({ action, target }) => [action, target])).toEqual([
      ["key.revoke", "audited"],
      ["key.create", "audited"],
      ["project.update", "audited"],
      ["project.create", "audited"],
      ["token.create", expect.any(String)],
    ]);
    expect(body.items[0]?.actor).toMatch(/^token:.* ops$/);
    expect(body.items[2]?.detail).toEqual({ name: "B" });
    expect(JSON.stringify(body)).not.toContain(key.key);
    expect(JSON.stringify(body)).not.toContain(token);
    const next = await app.fetchJson<Page<AuditEntry>>(`/audit?limit=5&cursor=${body.nextCursor}`);
    expect(Number(next.body.items[0]?.id)).toBeLessThan(Number(body.items[4]?.id));
  });
});

describe("development without an admin token", () => {
  it("lets whoever is on this machine act as admin, but no page of another name, and no wrong token", async () => {
    const open = await startTestApp({ env: { ADMIN_TOKEN: "" } });
    try {
      expect((await open.fetchJson("/tokens", { token: null })).status).toBe(200);
      expect((await open.fetchJson("/tokens", { token: `mgt_${"a".repeat(43)}` })).status).toBe(401);
      expect((await open.fetchJson("/tokens", { token: open.adminToken })).status).toBe(401);
      const { hostname, port } = new URL(open.url);
      const statusFor = (host: string) => statusWithHost(hostname, Number(port), host);
      expect(await statusFor(`localhost:${port}`)).toBe(200);
      expect(await statusFor(`[::1]:${port}`)).toBe(200);
      expect(await statusFor("evil.example.com")).toBe(401);
      expect(await statusFor("localhost.evil.example.com")).toBe(401);
    } finally {
      await open.stop();
    }
  });
});

async function statusWithHost(hostname: string, port: number, host: string): Promise<number> {
  const { request } = await import("node:http");
  return new Promise((resolve, reject) => {
    request({ hostname, port, path: "/tokens", headers: { host } }, (reply) => {
      reply.resume();
      resolve(reply.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}
