import {
  type CostGroups,
  costGroupsSchema,
  type Page,
  type Problem,
  type TimeSeries,
  type UsageBatchReply,
  type UsageConflict,
  type UsageReceipt,
  type UsageReply,
  usageReceiptSchema,
} from "@mobigen/analytics-contract";
import { DateTime } from "luxon";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseMoney, sumMoney } from "../../src/money.js";
import { startTestApp, type TestApp } from "../support/app.js";

const haiku = "claude-3-haiku-20240307";
const sonnet = "claude-3-sonnet-20240229";

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ now: "2026-04-20T12:07:00Z" });
});
afterAll(() => app.stop());

type Call = Record<string, unknown>;

async function record(...entries: Call[]): Promise<void> {
  const { body } = await app.fetchJson<UsageBatchReply & Problem>("/usage/api", { body: entries });
  expect(body.success, JSON.stringify(body)).toBe(true);
}

async function groups(query: string): Promise<CostGroups> {
  const { status, body } = await app.fetchJson(`/costs?${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return costGroupsSchema.parse(body);
}

async function keysOf(query: string): Promise<[string | null, number][]> {
  return (await groups(query)).items.map(({ key, totalCost }) => [key, totalCost]);
}

describe("GET /costs", () => {
  // A dollar is four million input tokens of haiku.
  const dollar = { model: haiku, inputTokens: 4_000_000, outputTokens: 0 };
  beforeAll(() =>
    record(
      {
        ...dollar,
        userId: "ada",
        projectId: "shop",
        feature: "chat",
        tags: ["a", "b"],
        timestamp: "2026-04-20T12:06:00Z",
      },
      {
        ...dollar,
        userId: "ada",
        projectId: "blog",
        feature: "generation/code",
        tags: ["a", "a"],
        timestamp: "2026-04-19T23:59:59.999Z",
      },
      {
        ...dollar,
        userId: "ben",
        feature: "chat",
        status: "error",
        provider: "gate",
        timestamp: "2026-04-19T01:01:01Z",
      },
      {
        userId: "ben",
        projectId: "shop",
        model: sonnet,
        inputTokens: 0,
        outputTokens: 300_000,
        reasoningTokens: 9,
        timestamp: "2026-04-01T00:00:00Z",
      },
      { userId: "cy", model: "unknown", inputTokens: 7, outputTokens: 8, timestamp: "2026-04-02T00:00:00Z" },
      { ...dollar, userId: "old", timestamp: "2026-03-31T23:59:59.999Z" },
    ),
  );

  it("200: the whole platform's breakdown without groupBy", async () => {
    const { body } = await app.fetchJson("/costs?period=month");
    expect(body).toMatchObject({
      totalCost: 7.5,
      byModel: { [haiku]: { totalCost: 3 }, [sonnet]: { totalCost: 4.5 }, unknown: { totalCost: 0 } },
      unpricedRequests: 1,
    });
    expect((body as { projectedMonthly: number }).projectedMonthly).toBeGreaterThan(7.5);
  });

  it.each<[string, [string | null, number][]]>([
    [
      "groupBy=user",
      [
        ["ben", 5.5],
        ["ada", 2],
        ["cy", 0],
      ],
    ],
    [
      "groupBy=project",
      [
        ["shop", 5.5],
        [null, 1],
        ["blog", 1],
      ],
    ],
    [
      "groupBy=model",
      [
        [sonnet, 4.5],
        [haiku, 3],
        ["unknown", 0],
      ],
    ],
    [
      "groupBy=provider",
      [
        ["anthropic", 6.5],
        ["gate", 1],
        [null, 0],
      ],
    ],
    [
      "groupBy=feature",
      [
        [null, 4.5],
        ["chat", 2],
        ["generation/code", 1],
      ],
    ],
    [
      "groupBy=tag",
      [
        ["a", 2],
        ["b", 1],
      ],
    ],
    [
      "groupBy=day",
      [
        ["2026-04-20", 1],
        ["2026-04-19", 2],
        ["2026-04-02", 0],
        ["2026-04-01", 4.5],
      ],
    ],
    [
      "groupBy=day&order=asc&tz=Asia/Kathmandu",
      [
        ["2026-04-01", 5.5],
        ["2026-04-02", 0],
        ["2026-04-19", 1],
        ["2026-04-20", 2],
      ],
    ],
    ["groupBy=user&tag=a", [["ada", 2]]],
    ["groupBy=tag&tag=b", [["b", 1]]],
    [
      "groupBy=feature&userId=ada",
      [
        ["chat", 1],
        ["generation/code", 1],
      ],
    ],
    ["groupBy=model&provider=gate", [[haiku, 1]]],
    ["groupBy=user&feature=chat&projectId=shop", [["ada", 1]]],
    ["groupBy=user&model=nobody", []],
    ["groupBy=user&from=2026-04-19T23:59:59.999Z&to=2026-04-20T12:06:00Z", [["ada", 1]]],
  ])("200: %s, the dearest first", async (query, expected) => {
    expect(await keysOf(query)).toEqual(expected);
  });

  it("200: totals beside the page, with failures, cache and reasoning, whatever page it is", async () => {
    const first = await groups("groupBy=user&limit=1");
    expect(first).toMatchObject({
      totalCost: 7.5,
      failedCost: 1,
      requests: 5,
      failedRequests: 1,
      unpricedRequests: 1,
      reasoningTokens: 9,
    });
    const second = await groups(`groupBy=user&limit=1&cursor=${first.nextCursor}`);
    const third = await groups(`groupBy=user&limit=1&cursor=${second.nextCursor}`);
    expect([first, second, third].flatMap(({ items }) => items.map(({ key }) => key))).toEqual(["ben", "ada", "cy"]);
    expect([second.totalCost, third.nextCursor]).toEqual([7.5, null]);
  });

  it.each([
    ["userId=ada", "userId"],
    ["limit=5", "limit"],
    ["groupBy=colour", "groupBy"],
    ["groupBy=user&cursor=x", "cursor"],
    ["groupBy=user&limit=0", "limit"],
    ["groupBy=user&tag=", "tag"],
    ["groupBy=user&what=1", "what"],
  ])("400: refuses ?%s by the parameter's name", async (query, parameter) => {
    const { status, body } = await app.fetchJson<Problem>(`/costs?${query}`);
    expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([400, "invalid_query", parameter]);
  });
});

describe("days of a time zone", () => {
  it.each([
    ["Asia/Kolkata", "2026-03-10"],
    ["Asia/Kathmandu", "2026-03-10"],
    ["Australia/Lord_Howe", "2026-04-05"],
    ["Europe/Berlin", "2026-03-29"],
    ["America/New_York", "2025-11-02"],
    ["America/St_Johns", "2026-03-08"],
  ])("of %s around %s hold each call once, and their costs are its ledger's", async (tz, date) => {
    const model = `days-${tz}`;
    expect((await app.fetchJson("/prices", { body: { model, inputPerMillion: 1, outputPerMillion: 1 } })).status).toBe(
      201,
    );
    const start = DateTime.fromISO(date, { zone: tz }).minus({ days: 1 });
    const end = start.plus({ days: 3 });
    const calls: { at: number; tokens: number }[] = [];
    for (let at = start.toMillis(), n = 1; at < end.toMillis(); at += 10 * 60_000, n += 1)
      calls.push({ at, tokens: n });
    await record(
      ...calls.map(({ at, tokens }) => ({
        userId: "days",
        model,
        inputTokens: tokens,
        outputTokens: 0,
        timestamp: new Date(at).toISOString(),
      })),
    );
    const expected = new Map<string, number>();
    for (const { at, tokens } of calls) {
      const day = DateTime.fromMillis(at, { zone: tz }).toFormat("yyyy-MM-dd");
      expected.set(day, (expected.get(day) ?? 0) + tokens);
    }
    const window = `from=${start.toUTC().toISO()}&to=${end.toUTC().toISO()}&tz=${tz}&order=asc`;
    const { items, totalCost } = await groups(`groupBy=day&model=${encodeURIComponent(model)}&${window}`);
    expect(items.map(({ key, inputTokens, totalCost }) => [key, inputTokens, totalCost])).toEqual(
      [...expected].map(([day, tokens]) => [day, tokens, tokens / 1_000_000]),
    );
    expect(parseMoney(String(totalCost)).eq(sumMoney(items.map((item) => parseMoney(String(item.totalCost)))))).toBe(
      true,
    );
  });
});

describe("GET /usage/records/:requestId", () => {
  it("200: every field, the price and its validity, and each part's tokens, price and cost", async () => {
    const call = {
      requestId: "a receipt/with?odd&id",
      userId: "u",
      projectId: "p",
      model: "gemini-2.5-pro",
      provider: "vertex",
      serviceTier: "batch",
      feature: "chat",
      tags: ["x"],
      status: "ok",
      durationMs: 12,
      timestamp: "2026-04-01T00:00:00Z",
      inputTokens: 100_000,
      inputTokensExcludeCache: true,
      cacheReadTokens: 90_000,
      cacheWriteTokens: 20_000,
      outputTokens: 1_000,
      reasoningTokens: 400,
    };
    const sent = await app.fetchJson<UsageReply>("/usage/api", { body: call });
    const { status, body } = await app.fetchJson<UsageReceipt>(`/usage/records/${encodeURIComponent(call.requestId)}`);
    expect(status).toBe(200);
    const { inputTokensExcludeCache: _, ...fields } = call;
    expect(usageReceiptSchema.parse(body)).toMatchObject({
      ...fields,
      timestamp: "2026-04-01T00:00:00.000Z",
      inputTokens: 210_000,
      cost: sent.body.cost,
      price: { provider: "google", model: "gemini-2.5-pro", serviceTier: "standard", aboveInputTokens: 200_000 },
      parts: [
        { part: "input", tokens: 100_000, perMillion: 2.5, cost: 0.25, estimated: false },
        { part: "cacheRead", tokens: 90_000, perMillion: 0.25, cost: 0.0225, estimated: false },
        { part: "cacheWrite", tokens: 20_000, perMillion: 2.5, cost: 0.05, estimated: true },
        { part: "output", tokens: 1_000, perMillion: 15, cost: 0.015, estimated: false },
      ],
      estimates: ["provider", "service_tier", "cache"],
    });
    expect(sent.body.cost).toMatchObject({ inputCost: 0.3225, cacheCost: 0.0725, totalCost: 0.3375, estimated: true });
    const again = await app.fetchJson<UsageReply>("/usage/api", { body: call });
    expect(again.body).toEqual({ ...sent.body, duplicate: true });
  });

  it("200: no price and no parts for a call without one", async () => {
    await record({ requestId: "none", userId: "u", model: "unknown", inputTokens: 1, outputTokens: 1 });
    const { body } = await app.fetchJson<UsageReceipt>("/usage/records/none");
    expect([body.price, body.parts, body.cost.priced]).toEqual([null, [], false]);
  });

  it("404: for an id that nobody sent", async () => {
    const { status, body } = await app.fetchJson<Problem>("/usage/records/nobody");
    expect([status, body.code]).toEqual([404, "not_found"]);
  });
});

describe("GET /usage/conflicts", () => {
  it("200: what was refused, as it was sent, counted, newest first, and by whom", async () => {
    const call = { requestId: "twice", userId: "u", model: haiku, inputTokens: 1, outputTokens: 1 };
    await record(call);
    const other = { ...call, outputTokens: 2 };
    expect((await app.fetchJson("/usage/api", { body: other })).status).toBe(409);
    app.clock.advance({ minutes: 1 });
    expect((await app.fetchJson("/usage/api", { body: other })).status).toBe(409);
    await app.fetchJson("/usage/api", {
      body: [
        { ...call, tags: ["later"] },
        { ...call, requestId: "fine" },
      ],
    });
    const { items } = (await app.fetchJson<Page<UsageConflict>>("/usage/conflicts")).body;
    const { requestId: _, ...content } = other;
    expect(items).toMatchObject([
      { requestId: "twice", count: 1, content: { tags: ["later"] } },
      {
        requestId: "twice",
        count: 2,
        content,
        firstAt: "2026-04-20T12:07:00.000Z",
        lastAt: "2026-04-20T12:08:00.000Z",
      },
    ]);
    expect(items[1]?.sentBy).toMatch(/^token:/);
    const page = (await app.fetchJson<Page<UsageConflict>>("/usage/conflicts?limit=1")).body;
    const next = (await app.fetchJson<Page<UsageConflict>>(`/usage/conflicts?limit=1&cursor=${page.nextCursor}`)).body;
    expect([...page.items, ...next.items]).toEqual(items);
  });

  it("keeps the newest five thousand, and a 409 though the list can't be written", async () => {
    const call = { userId: "u", model: haiku, inputTokens: 1, outputTokens: 1, requestId: "bounded" };
    await record(call);
    for (let from = 0; from < 6_000; from += 1_000) {
      const body = Array.from({ length: 1_000 }, (_, n) => ({ ...call, outputTokens: 10 + from + n }));
      expect((await app.fetchJson("/usage/api", { body })).status).toBe(200);
    }
    const { rows } = await app.pool.query("select count(*) from usage_conflict");
    expect(rows).toEqual([{ count: 5_000 }]);
    await app.pool.query("alter table usage_conflict rename to elsewhere");
    expect((await app.fetchJson("/usage/api", { body: { ...call, outputTokens: 3 } })).status).toBe(409);
    await app.pool.query("alter table elsewhere rename to usage_conflict");
  });
});

describe("POST /usage/api with token classes", () => {
  const call = { userId: "u", model: haiku, inputTokens: 100, outputTokens: 50, requestId: "classes" };
  it.each<[string, object, string]>([
    ["cached beyond input", { cacheReadTokens: 101 }, "/cacheReadTokens"],
    ["written beyond input", { cacheWriteTokens: 101 }, "/cacheWriteTokens"],
    ["both together beyond input", { cacheReadTokens: 60, cacheWriteTokens: 41 }, "/cacheWriteTokens"],
    ["more for an hour than written", { cacheWriteTokens: 5, cacheWrite1hTokens: 6 }, "/cacheWrite1hTokens"],
    ["reasoning beyond output", { reasoningTokens: 51 }, "/reasoningTokens"],
    ["negative cached tokens", { cacheReadTokens: -1 }, "/cacheReadTokens"],
    ["half a cached token", { cacheWriteTokens: 0.5 }, "/cacheWriteTokens"],
    ["reasoning past 2^53", { reasoningTokens: 2 ** 53 }, "/reasoningTokens"],
    ["cached tokens as text", { cacheReadTokens: "1" }, "/cacheReadTokens"],
    ["an unknown tier", { serviceTier: "default" }, "/serviceTier"],
    ["a flag that is no boolean", { inputTokensExcludeCache: 1 }, "/inputTokensExcludeCache"],
  ])("400: refuses %s by its pointer", async (_, more, pointer) => {
    const { status, body } = await app.fetchJson<Problem>("/usage/api", { body: { ...call, ...more } });
    expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([400, "invalid_body", pointer]);
  });
});

describe("cost of what succeeded, and what failures wasted", () => {
  it("are metrics", async () => {
    const dollar = { userId: "w", projectId: "w", model: haiku, inputTokens: 4_000_000, outputTokens: 0 };
    const at = (day: number, hour = 1) => `2026-02-${String(day).padStart(2, "0")}T0${hour}:00:00Z`;
    await record(
      { ...dollar, feature: "generation/code", tags: ["generation:g1"], timestamp: at(1) },
      { ...dollar, feature: "generation/code", tags: ["generation:g2"], timestamp: at(1) },
      { ...dollar, feature: "generation", status: "error", tags: ["generation:g2"], timestamp: at(1) },
      { ...dollar, feature: "chat", timestamp: at(1) },
      { ...dollar, feature: "build", tags: ["build:b1"], timestamp: at(2) },
      { ...dollar, feature: "chat", status: "timeout", timestamp: at(3) },
    );
    const event = (name: string, day: number, metadata: object, hour = 2) => ({
      event: name,
      userId: "w",
      projectId: "w",
      timestamp: at(day, hour),
      metadata,
    });
    await app.fetchJson("/events", {
      body: [
        event("generation.completed", 1, { generationId: "g1" }),
        event("generation.failed", 1, { generationId: "g2" }),
        // Told twice: wasted once, when it first failed.
        event("generation.failed", 2, { generationId: "g2" }, 3),
        event("generation.failed", 2, { generationId: "nobody" }),
        event("generation.failed", 2, {}),
        event("build.completed", 2, { buildId: "b0" }),
        event("build.failed", 3, { buildId: "b1" }),
      ],
    });
    const series = async (metric: string) => {
      const query = `metric=${metric}&from=2026-02-01T00:00:00Z&to=2026-02-05T00:00:00Z&order=asc&userId=w`;
      const { body } = await app.fetchJson<TimeSeries>(`/metrics/timeseries?${query}`);
      return body.data?.map(({ value }) => value);
    };
    // Three dollars for one generation that came about; the chat is no part of it.
    expect(await series("cost_per_generation")).toEqual([3, null, null, null]);
    expect(await series("cost_per_build")).toEqual([null, 1, null, null]);
    // The failed call and the other of its generation; the build; the call that timed out.
    expect(await series("wasted_cost")).toEqual([2, 0, 2, 0]);
  });
});
