import type {
  CostBreakdown,
  CreatedKey,
  IngestReply,
  Project,
  TimeSeries,
  UsageStats,
} from "@mobigen/analytics-contract";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createVerifyStore } from "../../src/stores/postgres/verify-store.js";
import { formatVerifyReport, verify } from "../../src/verify.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { exchange, type Reply } from "../support/hostile.js";
import { startRedis, type TestRedis } from "../support/redis.js";

let redis: TestRedis;
let client: Redis;
let app: TestApp;

beforeAll(async () => {
  redis = await startRedis();
  client = new Redis(redis.url);
  app = await startTestApp({ redis: redis.url });
});
afterAll(async () => {
  client.disconnect();
  await app.stop();
  await redis.stop();
});

/** Any 1–200 printable characters are an id: what is special to URLs, SQL, COPY, JSON, Redis, JavaScript and eyes. */
const ids = [
  "a/b//c/",
  "/",
  ".",
  "..",
  "../../etc/passwd",
  "it's",
  'say "hi"',
  "back\\slash",
  "\\N",
  "\\.",
  "\\x00",
  "\\u0000",
  "100%",
  "%2F",
  "%00",
  "a+b",
  "?x=1&y=2#z",
  ":userId",
  "*",
  "(a|b)[c]{d}",
  " ",
  " a b ",
  ",",
  "{a,b}",
  '{"a":1}',
  "$1",
  "'; drop table project; --",
  "null",
  "undefined",
  "true",
  "0",
  "-1",
  "1e3",
  "__proto__",
  "constructor",
  "toString",
  "<script>alert(1)</script>",
  "ümläut",
  "u\u0308", // The same letter in two spellings is two ids: nothing is normalized.
  "\u00fc",
  "💡",
  "👨‍👩‍👧‍👦",
  "مشروع ١",
  "\u202eright to left\u202c",
  "\u200b",
  "\ufeffbom",
  "\uffff",
  "{user}:tokens:daily",
  "a:tokens:daily",
  "0189A3E8-1F04-7000-8000-000000000001",
  "0189a3e8-1f04-7000-8000-000000000001",
  "x".repeat(200),
  "\ufffd".repeat(200),
  "💡".repeat(100),
];

function ask<Body>(path: string, body?: object, key?: string): Promise<Reply<Body>> {
  const credentials = key === undefined ? { authorization: `Bearer ${app.adminToken}` } : { "x-api-key": key };
  return exchange(app.url, {
    path,
    headers: { "content-type": "application/json", ...credentials },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

describe.each(ids.map((id, n) => [JSON.stringify(id).slice(0, 60), id, n] as const))("the id %s", (_shown, id, n) => {
  const inUrl = encodeURIComponent(id);
  const tokens = 1_000 + n;

  it("names a project, which is found under it and takes events by a key", async () => {
    const created = await ask<Project>("/api/projects", { id, name: id.trim() === "" ? "blank" : id });
    expect([created.status, created.body.id]).toEqual([201, id]);
    expect(created.headers["location"]).toBe(`/api/projects/${inUrl}`);
    expect((await ask<Project>(`/api/projects/${inUrl}`)).body).toEqual(created.body);
    expect((await ask("/api/projects", { id, name: "again" })).status).toBe(409);
    const { body: key } = await ask<CreatedKey>(`/api/projects/${inUrl}/keys`, {});

    const event = { eventId: id, type: id, name: id, sessionId: id, userId: id, projectId: id };
    const sent = { projectId: id, batchId: id, events: [{ ...event, timestamp: "2026-03-18T10:00:00Z" }] };
    const reply = await ask<IngestReply>("/api/events", sent, key.key);
    expect([reply.status, reply.body]).toMatchObject([200, { accepted: 1, rejected: 0, duplicates: 0 }]);
    expect((await ask<IngestReply>("/api/events", sent, key.key)).body).toMatchObject({ accepted: 1, duplicates: 1 });
    const { rows } = await app.pool.query(
      `select type, event_name.name, coalesce(event_id_text, event_id::text) as event_id, actor.id_text as user_id,
         coalesce(session_id_text, app_event.session_id::text) as session_id
       from app_event join event_name using (project_key, name_key) join actor using (project_key, actor_id)
         join session using (project_key, session_id) join project using (project_key) where project.id = $1`,
      [id],
    );
    expect(rows).toEqual([{ type: id, name: id, event_id: id, user_id: id, session_id: id }]);
    const series = await ask<TimeSeries>(`/metrics/timeseries?metric=app_events&period=day&projectId=${inUrl}`);
    expect(series.body.data).toMatchObject([{ value: 1 }]);
  });

  it("names a user, a project, a model and a request, whose use is counted and found", async () => {
    const record = { userId: id, projectId: id, model: id, requestId: id, provider: id, feature: id, status: id };
    const sent = { ...record, tags: [id, id], inputTokens: tokens, outputTokens: 1 };
    expect((await ask("/usage/api", sent)).status).toBe(201);
    expect((await ask("/usage/api", sent)).body).toMatchObject({ duplicate: true, requestId: id });
    const { rows } = await app.pool.query(
      "select provider, feature, status, tags from usage_record where request_id = $1",
      [id],
    );
    expect(rows).toEqual([{ provider: id, feature: id, status: id, tags: [id, id] }]);

    for (const subject of ["user", "project"]) {
      const { status, body } = await ask<UsageStats>(`/usage/${subject}/${inUrl}?period=day`);
      expect([status, body]).toMatchObject([200, { totalRequests: 1, totalTokens: tokens + 1 }]);
      expect(Object.entries(body.byModel)).toEqual([[id, { requests: 1, inputTokens: tokens, outputTokens: 1 }]]);
      const costs = await ask<CostBreakdown>(`/costs/${subject}/${inUrl}?period=day`);
      expect([costs.status, costs.body]).toMatchObject([200, { unpricedRequests: 1 }]);
    }
    for (const filter of ["userId", "projectId", "model"]) {
      const series = await ask<TimeSeries>(`/metrics/timeseries?metric=tokens&period=day&${filter}=${inUrl}`);
      expect(series.body.data).toMatchObject([{ value: tokens + 1 }]);
    }
    const counter = (of: string) => client.get(`analytics:${of}:daily`).then(Number);
    expect(await counter(`user:${id}:tokens`)).toBe(tokens + 1);
    expect(await counter(`user:${id}:requests`)).toBe(1);
    expect(await counter(`project:${id}:tokens`)).toBe(tokens + 1);
  });

  it("names a platform event, its type and its user", async () => {
    const sent = { event: id, eventId: id, userId: id, metadata: { [id]: id } };
    if (id === "__proto__") Object.assign(sent, { metadata: { id } });
    expect([(await ask("/events", sent)).status, (await ask("/events", sent)).status]).toEqual([201, 200]);
    const { rows } = await app.pool.query("select event, user_id, metadata from platform_event where event_id = $1", [
      id,
    ]);
    expect(rows).toEqual([{ event: id, user_id: id, metadata: sent.metadata }]);
  });
});

it("leaves rollups that agree with the rows, and each id by itself", async () => {
  const report = await verify(createVerifyStore(app.pool));
  expect(report.clean, formatVerifyReport(report)).toBe(true);
  const { rows } = await app.pool.query(
    "select (select count(*) from project) as projects, (select count(distinct user_id) from usage_rollup) as users",
  );
  expect(rows).toEqual([{ projects: ids.length, users: ids.length }]);
  const dashboard = await ask("/metrics/dashboard");
  expect(dashboard.status).toBe(200);
});
