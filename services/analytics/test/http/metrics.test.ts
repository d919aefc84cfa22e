import {
  type Dashboard,
  dashboardSchema,
  metrics,
  type Problem,
  type TimeSeries,
  timeSeriesSchema,
} from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";

const haiku = "claude-3-haiku-20240307";
const sonnet = "claude-3-sonnet-20240229";
// A Thursday, in the middle of a bucket. In Kathmandu (+5:45) it is 15:52.
const now = "2026-05-14T10:07:31.250Z";
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

function ago(ms: number): string {
  return new Date(Date.parse(now) - ms).toISOString();
}

function call(timestamp: string, more: object = {}) {
  return { userId: "ada", projectId: "shop", model: haiku, inputTokens: 1_000, outputTokens: 200, timestamp, ...more };
}

async function send(app: TestApp, path: string, body: unknown, key?: string): Promise<void> {
  const reply = await app.fetchJson(path, { body, ...(key === undefined ? {} : { key }) });
  expect([200, 201], JSON.stringify(reply.body)).toContain(reply.status);
}

async function series(app: TestApp, query: string): Promise<TimeSeries> {
  const { status, body } = await app.fetchJson(`/metrics/timeseries?${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return timeSeriesSchema.parse(body);
}

async function values(app: TestApp, query: string): Promise<Record<string, number>> {
  const { data } = await series(app, query);
  return Object.fromEntries(
    data.flatMap(({ timestamp, value }) => (value === null || value === 0 ? [] : [[timestamp, value]])),
  );
}

async function freshDashboard(app: TestApp): Promise<Dashboard> {
  const { status, body } = await app.fetchJson<Dashboard>("/metrics/dashboard", {
    headers: { "cache-control": "no-cache" },
  });
  expect(status).toBe(200);
  return dashboardSchema.parse(body);
}

describe("the time series", () => {
  let app: TestApp;
  const today = "2026-05-14T00:00:00Z";
  const yesterday = "2026-05-13T00:00:00Z";

  beforeAll(async () => {
    app = await startTestApp({ now });
    await send(app, "/usage/api", [
      call(ago(0), { requestId: "u1" }),
      call(ago(12 * hourMs), { requestId: "u2", userId: "ben", model: sonnet }),
      call(ago(12 * hourMs), { requestId: "u3", projectId: "blog", inputTokens: 7, outputTokens: 0 }),
      call(ago(12 * hourMs), { requestId: "u4", model: "nobody-knows-its-price", projectId: undefined }),
    ]);
    const event = (name: string, at: number, more: object = {}) => ({
      event: name,
      eventId: `${name}-${at}-${JSON.stringify(more)}`,
      userId: "ada",
      projectId: "shop",
      timestamp: ago(at),
      ...more,
    });
    await send(app, "/events", [
      event("user.created", 12 * hourMs, { userId: "ada", projectId: undefined }),
      event("user.created", 0, { userId: "ben", projectId: undefined }),
      event("user.login", 12 * hourMs, { projectId: undefined }),
      event("user.login", 11 * hourMs, { projectId: undefined, userId: "ben" }),
      event("project.created", 12 * hourMs, { metadata: { name: "The Shop" } }),
      event("generation.started", 12 * hourMs),
      event("generation.completed", 12 * hourMs),
      event("generation.completed", 11 * hourMs, { userId: "ben" }),
      event("generation.completed", 0, { projectId: "blog" }),
      event("generation.failed", 12 * hourMs),
      event("build.triggered", 12 * hourMs),
      event("build.completed", 0),
      event("build.failed", 12 * hourMs),
    ]);
    const { key } = await app.createKey("shop");
    const appEvent = (n: number, at: number, sessionId: string, anonymousId: string) => ({
      eventId: `e${n}`,
      type: "screen_view",
      sessionId,
      anonymousId,
      timestamp: ago(at),
    });
    await send(
      app,
      "/api/events",
      {
        events: [
          appEvent(1, 12 * hourMs, "s1", "a1"),
          appEvent(2, 12 * hourMs - 60_000, "s1", "a1"),
          appEvent(3, 12 * hourMs, "s2", "a2"),
          appEvent(4, hourMs, "s3", "a1"),
        ],
      },
      key,
    );
  });
  afterAll(() => app.stop());

  const known: [query: string, expected: Record<string, number>][] = [
    ["metric=tokens", { [today]: 1_200, [yesterday]: 2_407 }],
    ["metric=input_tokens", { [today]: 1_000, [yesterday]: 2_007 }],
    ["metric=output_tokens", { [today]: 200, [yesterday]: 400 }],
    ["metric=requests", { [today]: 1, [yesterday]: 3 }],
    ["metric=cost", { [today]: 0.0005, [yesterday]: 0.00600175 }],
    ["metric=cost_per_generation", { [today]: 0.0005, [yesterday]: 0.003000875 }],
    ["metric=cost_per_build", {}],
    ["metric=wasted_cost", {}],
    ["metric=generations", { [today]: 1, [yesterday]: 2 }],
    ["metric=generation_failures", { [yesterday]: 1 }],
    ["metric=builds", { [today]: 1 }],
    ["metric=build_failures", { [yesterday]: 1 }],
    ["metric=projects", { [yesterday]: 1 }],
    ["metric=users", { [today]: 1, [yesterday]: 1 }],
    ["metric=logins", { [yesterday]: 2 }],
    ["metric=app_events", { [today]: 1, [yesterday]: 3 }],
    ["metric=app_sessions", { [today]: 1, [yesterday]: 2 }],
    ["metric=active_users", { [today]: 1, [yesterday]: 2 }],
  ];

  it.each(known)("counts %s day by day", async (query, expected) => {
    expect(await values(app, `${query}&period=7d`)).toEqual(expected);
  });

  it("knows a number for each metric", () => {
    expect(known.map(([query]) => query.replace("metric=", ""))).toEqual([...metrics]);
  });

  it.each([
    ["metric=tokens&userId=ben", { [yesterday]: 1_200 }],
    ["metric=tokens&projectId=blog", { [yesterday]: 7 }],
    [`metric=requests&model=${haiku}`, { [today]: 1, [yesterday]: 1 }],
    [`metric=cost&projectId=shop&userId=ben&model=${sonnet}`, { [yesterday]: 0.006 }],
    ["metric=generations&projectId=blog", { [today]: 1 }],
    ["metric=generations&userId=ben&projectId=shop", { [yesterday]: 1 }],
    ["metric=logins&userId=ben", { [yesterday]: 1 }],
    ["metric=projects&userId=ada", { [yesterday]: 1 }],
    ["metric=projects&userId=ben", {}],
    ["metric=app_events&projectId=shop", { [today]: 1, [yesterday]: 3 }],
    ["metric=app_sessions&projectId=blog", {}],
    ["metric=active_users&projectId=shop", { [today]: 1, [yesterday]: 2 }],
    ["metric=tokens&projectId=it's%20%22unknown%22%2F", {}],
  ] as [string, Record<string, number>][])("narrows %s", async (query, expected) => {
    expect(await values(app, `${query}&period=7d`)).toEqual(expected);
  });

  it("answers as the brief shows: newest first, filled with zeros, the open day marked partial", async () => {
    const reply = await series(app, "metric=tokens&period=7d&granularity=day");
    expect(reply).toEqual({
      metric: "tokens",
      period: "7d",
      granularity: "day",
      timezone: "UTC",
      from: "2026-05-08T00:00:00Z",
      to: "2026-05-14T10:15:00Z",
      data: [
        { timestamp: "2026-05-14T00:00:00Z", value: 1_200, partial: true },
        { timestamp: "2026-05-13T00:00:00Z", value: 2_407 },
        { timestamp: "2026-05-12T00:00:00Z", value: 0 },
        { timestamp: "2026-05-11T00:00:00Z", value: 0 },
        { timestamp: "2026-05-10T00:00:00Z", value: 0 },
        { timestamp: "2026-05-09T00:00:00Z", value: 0 },
        { timestamp: "2026-05-08T00:00:00Z", value: 0 },
      ],
    });
  });

  it("turns round with order=asc and has 30 days unless asked otherwise", async () => {
    const { data, period } = await series(app, "metric=tokens&order=asc");
    expect(period).toBe("30d");
    expect(data).toHaveLength(30);
    expect(data[0]).toEqual({ timestamp: "2026-04-15T00:00:00Z", value: 0 });
    expect(data.at(-1)).toEqual({ timestamp: "2026-05-14T00:00:00Z", value: 1_200, partial: true });
  });

  it("cuts days at the midnights of Kathmandu, three quarters of an hour off", async () => {
    // What was at 22:07 UTC was at 03:52 of the next day there: both days fall into one.
    const reply = await series(app, "metric=tokens&period=2d&tz=Asia/Kathmandu");
    expect(reply.timezone).toBe("Asia/Kathmandu");
    expect(reply.data).toEqual([
      { timestamp: "2026-05-13T18:15:00Z", value: 3_607, partial: true },
      { timestamp: "2026-05-12T18:15:00Z", value: 0 },
    ]);
    expect(await values(app, "metric=active_users&period=2d&tz=Asia/Kathmandu")).toEqual({ "2026-05-13T18:15:00Z": 2 });
  });

  it("counts hours, weeks and months", async () => {
    expect(await values(app, "metric=requests&period=24h&granularity=hour")).toEqual({
      "2026-05-14T10:00:00Z": 1,
      "2026-05-13T22:00:00Z": 3,
    });
    expect(await values(app, "metric=requests&period=4w&granularity=week")).toEqual({ "2026-05-11T00:00:00Z": 4 });
    expect(await values(app, "metric=requests&period=2m&granularity=month")).toEqual({ "2026-05-01T00:00:00Z": 4 });
  });

  it("begins all time at the unit that holds the first data", async () => {
    const { data, from, period } = await series(app, "metric=tokens&period=all");
    expect([period, from, data.map(({ value }) => value)]).toEqual(["all", yesterday, [1_200, 2_407]]);
    expect((await series(app, "metric=app_events&period=all&granularity=month")).from).toBe("2026-05-01T00:00:00Z");
    expect((await series(app, "metric=builds&period=all&projectId=blog")).data).toEqual([
      { timestamp: today, value: 0, partial: true },
    ]);
  });

  it("keeps from and to exact to the millisecond, also within one bucket", async () => {
    const at = ago(12 * hourMs); // 22:07:31.250
    const justAfter = ago(12 * hourMs - 1);
    const window = (from: string, to: string) => `metric=requests&from=${from}&to=${to}`;
    expect((await series(app, window(at, justAfter))).data).toEqual([{ timestamp: at, value: 3 }]);
    expect((await series(app, window("2026-05-13T22:00:00Z", at))).data).toEqual([
      { timestamp: "2026-05-13T22:00:00Z", value: 0 },
    ]);
    expect((await series(app, window(justAfter, "2026-05-13T22:15:00Z"))).data[0]?.value).toBe(0);
    expect(await values(app, `metric=projects&from=${at}&to=${justAfter}`)).toEqual({ [at]: 1 });
    expect(await values(app, `metric=generations&from=${justAfter}&to=2026-05-14T10:07:31.251Z`)).toEqual({
      [justAfter]: 1,
      [today]: 1,
    });
  });

  it("marks no finished bucket partial", async () => {
    const { data } = await series(app, "metric=tokens&from=2026-05-13T00:00:00Z&to=2026-05-14T06:00:00Z");
    expect(data.some(({ partial }) => partial)).toBe(false);
  });

  it.each([
    ["no metric", "period=7d", "metric"],
    ["an unknown metric", "metric=happiness", "metric"],
    ["an unknown period", "metric=tokens&period=fortnight", "period"],
    ["an unknown time zone", "metric=tokens&tz=Mars/Olympus", "tz"],
    ["an unknown granularity", "metric=tokens&granularity=minute", "granularity"],
    ["an unknown order", "metric=tokens&order=random", "order"],
    ["an unknown parameter", "metric=tokens&colour=red", "colour"],
    ["a metric twice", "metric=tokens&metric=cost", "metric"],
    ["from after to", "metric=tokens&from=2026-05-02T00:00:00Z&to=2026-05-01T00:00:00Z", "from"],
    ["a date without a zone", "metric=tokens&from=2026-05-02T00:00:00", "from"],
    ["1970", "metric=tokens&from=1970-01-01T00:00:00Z", "from"],
    ["2100", "metric=tokens&from=2026-05-02T00:00:00Z&to=2100-01-01T00:00:00Z", "to"],
    ["a period beside from", "metric=tokens&period=7d&from=2026-05-02T00:00:00Z", "period"],
    ["too many points", "metric=tokens&from=2024-01-01T00:00:00Z&granularity=hour", "granularity"],
    ["a model for builds", "metric=builds&model=x", "model"],
    ["a project for users", "metric=users&projectId=shop", "projectId"],
    ["a user for app events", "metric=app_events&userId=ada", "userId"],
    ["a NUL in an id", "metric=tokens&userId=a%00b", "userId"],
  ])("refuses %s and names the parameter", async (_, query, parameter) => {
    const { status, body, headers } = await app.fetchJson<Problem>(`/metrics/timeseries?${query}`);
    expect([status, body.code]).toEqual([400, "invalid_query"]);
    expect(body.errors?.map(({ pointer }) => pointer)).toContain(parameter);
    expect(headers.get("content-type")).toMatch("application/problem+json");
  });

  it("says which filters a metric takes", async () => {
    const { body } = await app.fetchJson<Problem>("/metrics/timeseries?metric=builds&model=x");
    expect(body.detail).toBe("model does not apply to the metric builds, which can be filtered by userId, projectId.");
  });

  it("asks for a token", async () => {
    expect((await app.fetchJson("/metrics/timeseries?metric=tokens", { token: null })).status).toBe(401);
    expect((await app.fetchJson("/metrics/dashboard", { token: "mgt_wrong" })).status).toBe(401);
  });
});

describe("the dashboard", () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ now });
  });
  afterAll(() => app.stop());

  it("is all zeros before the first data, with changes and rates that nobody can tell", async () => {
    expect(await freshDashboard(app)).toEqual({
      overview: {
        totalProjects: 0,
        totalGenerations: 0,
        totalBuilds: 0,
        totalTokensUsed: 0,
        totalCost: 0,
        generationFailures: 0,
        buildFailures: 0,
        generationSuccessRate: null,
        buildSuccessRate: null,
      },
      recentActivity: { generationsLast24h: 0, buildsLast24h: 0, tokensLast24h: 0 },
      trends: { generationsChange: null, buildsChange: null, tokensChange: null },
      topProjects: [],
      generatedAt: now,
    });
  });

  it("counts field by field as the brief shows, the last 24 hours exact to the millisecond", async () => {
    const tokens = (requestId: string, at: number, inputTokens: number, more: object = {}) =>
      call(ago(at), { requestId, inputTokens, outputTokens: 0, ...more });
    await send(app, "/usage/api", [
      tokens("now", 0, 300),
      tokens("last-first", dayMs - 1, 50),
      tokens("before-last", dayMs, 200, { projectId: "blog" }),
      tokens("before-first", 2 * dayMs - 1, 50, { projectId: "blog" }),
      tokens("too-old", 2 * dayMs, 10_000, { projectId: undefined }),
    ]);
    const event = (eventId: string, name: string, at: number, projectId = "shop") => ({
      eventId,
      event: name,
      projectId,
      timestamp: ago(at),
    });
    await send(app, "/events", [
      { ...event("p1", "project.created", 3 * dayMs), metadata: { name: "My App" } },
      event("p2", "project.created", 3 * dayMs, "gone"),
      event("p3", "project.deleted", dayMs, "gone"),
      event("g1", "generation.completed", 0),
      event("g2", "generation.completed", dayMs - 1),
      event("g3", "generation.completed", dayMs),
      event("g4", "generation.completed", 2 * dayMs - 1, "blog"),
      event("g5", "generation.completed", 2 * dayMs - 1, "blog"),
      event("g6", "generation.completed", 2 * dayMs),
      event("g7", "generation.failed", 0),
      event("b1", "build.completed", 0),
      event("b2", "build.failed", 3 * dayMs),
      event("b3", "build.failed", 3 * dayMs),
    ]);
    expect(await freshDashboard(app)).toEqual({
      overview: {
        totalProjects: 1,
        totalGenerations: 6,
        totalBuilds: 1,
        totalTokensUsed: 10_600,
        totalCost: 0.00265,
        generationFailures: 1,
        buildFailures: 2,
        generationSuccessRate: 85.7,
        buildSuccessRate: 33.3,
      },
      recentActivity: { generationsLast24h: 2, buildsLast24h: 1, tokensLast24h: 350 },
      // Two after three; one after none; 350 after 250.
      trends: { generationsChange: -33.3, buildsChange: null, tokensChange: 40 },
      topProjects: [
        { id: "shop", name: "My App", generations: 4, tokens: 350 },
        { id: "blog", name: "blog", generations: 2, tokens: 250 },
      ],
      generatedAt: now,
    });
  });

  it("is kept for five minutes, and computed again for who asks for no-cache", async () => {
    const cached = () => app.fetchJson<Dashboard>("/metrics/dashboard").then(({ body }) => body);
    const first = await cached();
    await send(app, "/usage/api", call(ago(0), { requestId: "later", inputTokens: 1, outputTokens: 0 }));
    app.clock.advance({ minutes: 4, seconds: 59 });
    expect(await cached()).toEqual(first);
    expect((await freshDashboard(app)).overview.totalTokensUsed).toBe(first.overview.totalTokensUsed + 1);
    await send(app, "/usage/api", call(ago(0), { requestId: "latest", inputTokens: 1, outputTokens: 0 }));
    app.clock.advance({ minutes: 5 });
    expect((await cached()).overview.totalTokensUsed).toBe(first.overview.totalTokensUsed + 2);
  });

  it("is forgotten when what it counts has changed", async () => {
    await freshDashboard(app);
    await send(app, "/usage/api", call(ago(0), { requestId: "recount", inputTokens: 5, outputTokens: 0 }));
    const stale = await app.domain.metrics.dashboard();
    await app.domain.metrics.invalidate();
    const renewed = await app.domain.metrics.dashboard();
    expect(renewed.overview.totalTokensUsed).toBe(stale.overview.totalTokensUsed + 5);
  });

  it("lists ten projects by tokens, then by id", async () => {
    await send(
      app,
      "/usage/api",
      Array.from({ length: 12 }, (_, n) =>
        call(ago(0), { requestId: `top-${n}`, projectId: `top-${String(n).padStart(2, "0")}`, inputTokens: 90_000 }),
      ),
    );
    const { topProjects } = await freshDashboard(app);
    expect(topProjects.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, n) => `top-0${n}`));
  });

  it("answers though sums pass what JSON can carry exactly", async () => {
    const huge = { inputTokens: Number.MAX_SAFE_INTEGER, outputTokens: 0, projectId: "huge" };
    await send(app, "/usage/api", [
      call(ago(0), { requestId: "huge-1", ...huge }),
      call(ago(0), { requestId: "huge-2", ...huge }),
    ]);
    const { status, body } = await app.fetchJson<Dashboard>("/metrics/dashboard", {
      headers: { "cache-control": "no-cache" },
    });
    expect([status, body.overview.totalTokensUsed]).toEqual([200, expect.any(Number)]);
  });

  it("takes no parameters", async () => {
    const { status, body } = await app.fetchJson<Problem>("/metrics/dashboard?period=7d");
    expect([status, body.code]).toEqual([400, "invalid_query"]);
  });
});
