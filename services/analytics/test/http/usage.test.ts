import {
  type CreatedToken,
  type Problem,
  type UsageBatchReply,
  type UsageReply,
  type UsageStats,
  usageBatchReplySchema,
  usageReplySchema,
} from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";
import { usageRollupDifferences } from "../support/usage.js";

const sonnet = "claude-3-sonnet-20240229";

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ now: "2026-06-15T12:07:00Z" });
});
afterAll(() => app.stop());

const call = { userId: "user-1", projectId: "project-1", model: sonnet, inputTokens: 1500, outputTokens: 3000 };

describe("POST /usage/api", () => {
  it("201: stores the brief's record and answers what it cost", async () => {
    const { status, body } = await app.fetchJson<UsageReply & Problem>("/usage/api", {
      body: { ...call, requestId: "req-1" },
    });
    expect(status).toBe(201);
    expect(usageReplySchema.parse(body)).toEqual({
      success: true,
      requestId: "req-1",
      duplicate: false,
      cost: {
        inputCost: 0.0045,
        outputCost: 0.045,
        cacheCost: 0,
        totalCost: 0.0495,
        currency: "USD",
        priced: true,
        estimated: false,
      },
    });
    expect(await rowsOf("req-1")).toHaveLength(1);
  });

  it("201: makes a request id where there is none", async () => {
    const { status, body } = await app.fetchJson<UsageReply & Problem>("/usage/api", { body: call });
    expect(status).toBe(201);
    expect(await rowsOf(body.requestId)).toHaveLength(1);
  });

  it("200: answers a retry like the first try, even at another time, and counts it once", async () => {
    const record = { ...call, userId: "retry", requestId: "req-2" };
    const first = await app.fetchJson<UsageReply & Problem>("/usage/api", { body: record });
    app.clock.advance({ minutes: 40 });
    const second = await app.fetchJson<UsageReply & Problem>("/usage/api", { body: record });
    expect(second.status).toBe(200);
    expect(second.body).toEqual({ ...first.body, duplicate: true });
    expect((await app.fetchJson<UsageStats>("/usage/user/retry")).body.totalRequests).toBe(1);
  });

  it("409: refuses another record under the same id and stores nothing", async () => {
    await app.fetchJson<UsageReply & Problem>("/usage/api", { body: { ...call, requestId: "req-3" } });
    const { status, body } = await app.fetchJson<UsageReply & Problem>("/usage/api", {
      body: { ...call, requestId: "req-3", outputTokens: 1 },
    });
    expect([status, body.code]).toEqual([409, "request_conflict"]);
    expect(body.detail).toContain("req-3");
    expect(await rowsOf("req-3")).toMatchObject([{ output_tokens: 3000 }]);
  });

  it("201: stores a call of an unknown model as unpriced, never as zero", async () => {
    const { status, body } = await app.fetchJson<UsageReply & Problem>("/usage/api", {
      body: { ...call, model: "gpt-9", requestId: "req-4" },
    });
    expect(status).toBe(201);
    expect(body.cost).toEqual({
      inputCost: null,
      outputCost: null,
      cacheCost: null,
      totalCost: null,
      currency: "USD",
      priced: false,
      estimated: false,
    });
    expect(await rowsOf("req-4")).toMatchObject([{ price_id: null, input_cost: null }]);
  });

  it("201: keeps the optional fields", async () => {
    const more = { provider: "anthropic", feature: "chat", tags: ["a", "b"], status: "ok", durationMs: 12 };
    const timestamp = "2026-06-15T17:45:00+05:45";
    await app.fetchJson<UsageReply & Problem>("/usage/api", {
      body: { ...call, ...more, timestamp, requestId: "req-5" },
    });
    expect(await rowsOf("req-5")).toMatchObject([
      {
        provider: "anthropic",
        feature: "chat",
        tags: ["a", "b"],
        status: "ok",
        duration_ms: 12,
        occurred_at: new Date("2026-06-15T12:00:00Z"),
      },
    ]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["no user", { userId: undefined }, "/userId"],
    ["no model", { model: undefined }, "/model"],
    ["an empty user", { userId: "" }, "/userId"],
    ["a user of 201 characters", { userId: "x".repeat(201) }, "/userId"],
    ["a user that is a number", { userId: 5 }, "/userId"],
    ["NUL in a project", { projectId: "a\u0000b" }, "/projectId"],
    ["a lone surrogate in an id", { requestId: "a\ud800" }, "/requestId"],
    ["negative tokens", { inputTokens: -1 }, "/inputTokens"],
    ["half a token", { outputTokens: 0.5 }, "/outputTokens"],
    ["tokens as text", { inputTokens: "10" }, "/inputTokens"],
    ["tokens past 2^53", { inputTokens: 2 ** 53 }, "/inputTokens"],
    ["a time in 1970", { timestamp: "1970-01-01T00:00:00Z" }, "/timestamp"],
    ["a time in 2100", { timestamp: "2100-01-01T00:00:00Z" }, "/timestamp"],
    ["a time without a zone", { timestamp: "2026-06-15T12:00:00" }, "/timestamp"],
    ["an unknown field", { cost: 5 }, "/cost"],
    ["21 tags", { tags: Array.from({ length: 21 }, (_, n) => `t${n}`) }, "/tags"],
    ["a duration past 32 bits", { durationMs: 2 ** 31 }, "/durationMs"],
  ])("400: refuses %s by its pointer", async (_, more, pointer) => {
    const { status, body } = await app.fetchJson<UsageReply & Problem>("/usage/api", {
      body: { ...call, requestId: "bad", ...more },
    });
    expect([status, body.code]).toEqual([400, "invalid_body"]);
    expect(body.errors?.[0]?.pointer).toBe(pointer);
    expect(await rowsOf("bad")).toEqual([]);
  });

  it("400: names the bound that a time is out of", async () => {
    const { body } = await app.fetchJson<UsageReply & Problem>("/usage/api", {
      body: { ...call, timestamp: "2019-12-31T23:59:59Z" },
    });
    expect(body.errors).toEqual([{ pointer: "/timestamp", reason: "must not be before 2020-01-01T00:00:00.000Z" }]);
  });

  it("400: refuses a __proto__ key", async () => {
    const raw = JSON.stringify({ ...call, requestId: "bad" }).replace("{", '{"__proto__":{"userId":"x"},');
    expect((await app.fetchJson<UsageReply & Problem>("/usage/api", { raw })).status).toBe(400);
    expect(await rowsOf("bad")).toEqual([]);
  });

  it.each([["null"], ['"text"'], ["5"], ["true"], ["{}"]])("400: refuses the body %s", async (raw) => {
    const { status, body } = await app.fetchJson<UsageReply & Problem>("/usage/api", { raw });
    expect([status, body.code]).toEqual([400, "invalid_body"]);
  });

  it("401 and 403: without a token, and with one that may only read", async () => {
    expect((await app.fetchJson<UsageReply & Problem>("/usage/api", { body: call, token: null })).status).toBe(401);
    const reader = await app.fetchJson<CreatedToken>("/tokens", {
      body: { name: "reader", scopes: ["platform:read"] },
    });
    expect(
      (await app.fetchJson<UsageReply & Problem>("/usage/api", { body: call, token: reader.body.token })).status,
    ).toBe(403);
  });
});

describe("POST /usage/api with an array", () => {
  it("201: gives a result for each, and a bad one refuses no other", async () => {
    const entries = [
      { ...call, requestId: "b-1" },
      { ...call, requestId: "b-2", inputTokens: -1 },
      { ...call, requestId: "b-1" },
      { ...call, requestId: "b-1", inputTokens: 7 },
      "no record",
      { ...call, requestId: "b-3", timestamp: "1970-01-01T00:00:00Z" },
      { ...call, requestId: "b-4", model: "unknown" },
    ];
    const { status, body } = await app.fetchJson<UsageBatchReply & Problem>("/usage/api", { body: entries });
    expect(status).toBe(201);
    const reply = usageBatchReplySchema.parse(body);
    expect(reply.success).toBe(false);
    expect(reply.results).toMatchObject([
      { success: true, requestId: "b-1", duplicate: false },
      {
        success: false,
        index: 1,
        requestId: "b-2",
        code: "invalid_body",
        message: expect.stringContaining("/inputTokens"),
      },
      { success: true, requestId: "b-1", duplicate: true },
      { success: false, index: 3, requestId: "b-1", code: "request_conflict" },
      { success: false, index: 4, requestId: null, code: "invalid_body" },
      {
        success: false,
        index: 5,
        requestId: "b-3",
        code: "invalid_body",
        message: expect.stringContaining("/timestamp"),
      },
      { success: true, requestId: "b-4", duplicate: false, cost: { priced: false } },
    ]);
  });

  it("200: when everything was there before", async () => {
    const entries = [1, 2].map((n) => ({ ...call, requestId: `again-${n}` }));
    expect((await app.fetchJson<UsageBatchReply & Problem>("/usage/api", { body: entries })).status).toBe(201);
    const { status, body } = await app.fetchJson<UsageBatchReply & Problem>("/usage/api", { body: entries });
    expect([status, body.success]).toEqual([200, true]);
    expect(body.results.map((result) => result.success && result.duplicate)).toEqual([true, true]);
  });

  it("200: with success false when every entry failed", async () => {
    const { status, body } = await app.fetchJson<UsageBatchReply & Problem>("/usage/api", { body: [{}, []] });
    expect([status, body.success, body.results.length]).toEqual([200, false, 2]);
  });

  it("400: refuses an empty one", async () => {
    const { status, body } = await app.fetchJson<UsageBatchReply & Problem>("/usage/api", { body: [] });
    expect([status, body.code]).toEqual([400, "empty_batch"]);
  });

  it("413: refuses 1,001 entries and takes 1,000", async () => {
    const entries = Array.from({ length: 1_001 }, (_, n) => ({ ...call, userId: "many", requestId: `many-${n}` }));
    const refused = await app.fetchJson<UsageBatchReply & Problem>("/usage/api", { body: entries });
    expect([refused.status, refused.body.code]).toEqual([413, "batch_too_large"]);
    expect((await app.fetchJson<UsageBatchReply & Problem>("/usage/api", { body: entries.slice(1) })).status).toBe(201);
    expect((await app.fetchJson<UsageStats>("/usage/user/many")).body.totalRequests).toBe(1_000);
  });
});

describe("many at once", () => {
  it("stores equal ids that race over two replicas once, and tells everyone the same", async () => {
    const replica = await startTestApp({ db: app.db, clock: app.clock });
    const record = { ...call, userId: "race", requestId: "race-1" };
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? app : replica).fetchJson("/usage/api", { body: record })),
    );
    await replica.stop();
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(39);
    expect((await app.fetchJson<UsageStats>("/usage/user/race")).body.totalRequests).toBe(1);
    expect(await usageRollupDifferences(app.pool)).toEqual([]);
  });
});

async function rowsOf(requestId: string): Promise<Record<string, unknown>[]> {
  const { rows } = await app.pool.query("select * from usage_record where request_id = $1", [requestId]);
  return rows;
}
