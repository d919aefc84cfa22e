import fc from "fast-check";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checks } from "../../src/stores/postgres/verify-checks.js";
import { createVerifyStore } from "../../src/stores/postgres/verify-store.js";
import { formatVerifyReport, type VerifyReport, verify } from "../../src/verify.js";
import { startTestApp, type TestApp } from "../support/app.js";

const now = "2026-05-14T10:07:31.250Z";
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

// Few values each, so that what is sent meets itself again: as a duplicate, late, out of order, in another batch.
const projects = ["shop", "blog", 'game/it\'s "one"'];
const someone = fc.constantFrom("ada", "ben", "chris");
const instant = fc
  .oneof(
    { weight: 4, arbitrary: fc.integer({ min: -3 * 60 * minuteMs, max: 0 }) },
    { weight: 2, arbitrary: fc.integer({ min: -29 * dayMs, max: 0 }) },
    { weight: 2, arbitrary: fc.constantFrom(0, -7 * minuteMs - 31_250, -7 * minuteMs - 31_251, -dayMs) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 23 * 60 * minuteMs }) },
    { weight: 1, arbitrary: fc.constant(-400 * dayMs) },
  )
  .map((offset) => new Date(Date.parse(now) + offset).toISOString());
// A phone that thinks it is 1970, when it acts and when it sends.
const [stuckAt, stuckSentAt] = ["1970-01-01T00:02:00Z", "1970-01-01T00:03:00Z"];
const optional = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });

const appEvent = fc.record({
  eventId: fc.constantFrom(...Array.from({ length: 40 }, (_, n) => `event-${n}`)),
  type: fc.constantFrom("screen_view", "custom", "session_start", ""),
  sessionId: fc.constantFrom("s1", "s2", "s3", "0189a3e8-1f04-7000-8000-000000000001"),
  timestamp: optional(fc.oneof({ weight: 6, arbitrary: instant }, fc.constant(stuckAt))),
  userId: optional(someone),
  anonymousId: optional(fc.constantFrom("phone", "tablet", "ada")),
  properties: optional(fc.record({ screenName: fc.constantFrom("Home", "Cart"), eventName: fc.constant("paid") })),
  device: optional(
    fc.record({ platform: fc.constantFrom("ios", "android"), appVersion: fc.constantFrom("1.0", "1.1") }),
  ),
});

const appBatch = fc.record({
  kind: fc.constant("app" as const),
  projectId: fc.constantFrom(...projects),
  body: fc.record({
    events: fc.array(appEvent, { minLength: 1, maxLength: 30 }),
    // A device clock that is right, a little off, and off by hours.
    sentAt: optional(
      fc.constantFrom(now, "2026-05-14T10:02:00Z", "2026-05-14T13:40:00Z", "2026-05-12T01:00:00Z", stuckSentAt),
    ),
  }),
});

const usage = fc.record({
  kind: fc.constant("usage" as const),
  body: fc.array(
    fc.record({
      requestId: optional(fc.constantFrom(...Array.from({ length: 30 }, (_, n) => `request-${n}`))),
      userId: someone,
      projectId: optional(fc.constantFrom(...projects)),
      model: fc.constantFrom("claude-3-haiku-20240307", "gemini-2.5-pro", "a model without a price"),
      inputTokens: fc.oneof(fc.integer({ min: 0, max: 50_000 }), fc.constant(-1)),
      outputTokens: fc.integer({ min: 0, max: 50_000 }),
      cacheReadTokens: optional(fc.integer({ min: 0, max: 40_000 })),
      cacheWriteTokens: optional(fc.integer({ min: 0, max: 40_000 })),
      inputTokensExcludeCache: optional(fc.boolean()),
      feature: optional(fc.constantFrom("chat", "generation/code", "build")),
      tags: optional(fc.constantFrom([], ["a", "b"], ["b", "b"])),
      status: optional(fc.constantFrom("ok", "error")),
      provider: optional(fc.constantFrom("anthropic", "gateway")),
      timestamp: optional(instant),
    }),
    { minLength: 1, maxLength: 15 },
  ),
});

const platformEvents = fc.record({
  kind: fc.constant("platform" as const),
  body: fc.array(
    fc.record({
      event: fc.constantFrom(
        "generation.completed",
        "build.failed",
        "user.login",
        "project.created",
        "project.deleted",
        "x",
      ),
      eventId: optional(fc.constantFrom(...Array.from({ length: 30 }, (_, n) => `platform-${n}`))),
      userId: optional(someone),
      // Others than those of the app events: a deleted project takes none.
      projectId: optional(fc.constantFrom("p1", "p2")),
      timestamp: optional(instant),
    }),
    { minLength: 1, maxLength: 15 },
  ),
});

type Sent =
  | { kind: "app"; projectId: string; body: object }
  | { kind: "usage"; body: object }
  | { kind: "platform"; body: object };

let app: TestApp;
let replica: TestApp;
const keys = new Map<string, string>();

beforeAll(async () => {
  app = await startTestApp({ now });
  replica = await startTestApp({ now, db: app.db, clock: app.clock });
  for (const id of projects) {
    await app.createProject({ id, name: id, eventsPerMinute: 1_000_000 });
    keys.set(id, (await app.createKey(id)).key);
  }
});
afterAll(async () => {
  await replica.stop();
  await app.stop();
});

async function send(to: TestApp, sent: Sent): Promise<number> {
  if (sent.kind === "usage") return (await to.fetchJson("/usage/api", { body: sent.body })).status;
  if (sent.kind === "platform") return (await to.fetchJson("/events", { body: sent.body })).status;
  const key = keys.get(sent.projectId) ?? "";
  return (await to.fetchJson("/api/events", { body: sent.body, key })).status;
}

function recount(): Promise<VerifyReport> {
  return verify(createVerifyStore(app.pool));
}

async function rowsOf(table: string): Promise<number> {
  const { rows } = await app.pool.query<{ rows: number }>(`select count(*) as rows from ${table}`);
  return rows[0]?.rows ?? 0;
}

it("finds no difference before there is data", async () => {
  const report = await recount();
  expect(report.clean).toBe(true);
  expect(report.checks.map(({ name, rows, differences }) => [name, rows, differences])).toEqual([
    ["app_event", 0, 0],
    ["event_rollup", 0, 0],
    ["project_rollup", 0, 0],
    ["session", 0, 0],
    ["actor", 0, 0],
    ["actor_day", 0, 0],
    ["corrected_day", 0, 0],
    ["ingestion_ledger", 0, 0],
    ["platform_event_rollup", 0, 0],
    ["usage_rollup", 0, 0],
    ["usage_tag_rollup", 0, 0],
    ["receipts", 0, 0],
    ["budget_spend", 0, 0],
    ["daily_summary", 0, 0],
    ["app_bucket_summary", 0, 0],
    ["active_summary", 0, 0],
  ]);
});

it("finds no difference after any mix of batches, sent at once to two replicas, some of them again", async () => {
  const mix = fc.array(fc.oneof({ weight: 2, arbitrary: appBatch }, usage, platformEvents), {
    minLength: 1,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(mix, async (batches) => {
      const again = batches.filter((_, n) => n % 3 === 0);
      const statuses = await Promise.all(
        [...batches, ...again].map((batch, n) => send(n % 2 === 0 ? app : replica, batch)),
      );
      expect(statuses.filter((status) => status !== 200 && status !== 201)).toEqual([]);
      const report = await recount();
      expect(report.clean, formatVerifyReport(report)).toBe(true);
    }),
    { numRuns: 40, endOnFailure: true },
  );
  expect(await rowsOf("ingestion_rejection")).toBeGreaterThan(5);
  expect(await rowsOf("app_event_default")).toBeGreaterThan(0);
  for (const table of [
    "app_event",
    "session",
    "actor_day",
    "platform_event_rollup",
    "usage_rollup",
    "usage_tag_rollup",
  ]) {
    expect(await rowsOf(table), table).toBeGreaterThan(10);
  }
}, 120_000);

const usageChecks = checks.filter(({ name }) => name === "usage_rollup" || name === "usage_tag_rollup");
const usageSums = usageChecks[0]?.fields ?? [];

describe("names exactly the row that was tampered with", () => {
  const otherKind = "case kind when 'user' then 'anonymous' else 'user' end";
  const otherUuid = (column: string): string => `translate(${column}::text, '0123', '1032')::uuid`;

  // Each on a row that the mix above left behind; `undo` puts it back.
  const tampered: [name: string, keys: string[], field: string, change: string, undo: string][] = [
    ["project_rollup", ["project_key", "bucket"], "events", "events - 1", "events + 1"],
    ["project_rollup", ["project_key", "bucket"], "sessions", "sessions + 1", "sessions - 1"],
    ["session", ["project_key", "session_id"], "events", "events + 1", "events - 1"],
    ["session", ["project_key", "session_id"], "screens", "screens + 1", "screens - 1"],
    ["session", ["project_key", "session_id"], "device_key", "-device_key", "-device_key"],
    moved("session", ["project_key", "session_id"], "started_at"),
    moved("session", ["project_key", "session_id"], "last_event_at"),
    moved("session", ["project_key", "session_id"], "actor_at"),
    ["session", ["project_key", "session_id"], "actor_id", otherUuid("actor_id"), otherUuid("actor_id")],
    [
      "session",
      ["project_key", "session_id"],
      "session_id_text",
      "session_id_text || 'x'",
      "left(session_id_text, -1)",
    ],
    ["actor", ["project_key", "actor_id"], "id_text", "id_text || 'x'", "left(id_text, -1)"],
    ["actor", ["project_key", "actor_id"], "kind", otherKind, otherKind],
    ["ingestion_ledger", ["project_key", "bucket"], "received", "received + 1", "received - 1"],
    moved("actor", ["project_key", "actor_id"], "first_seen_at"),
    moved("actor", ["project_key", "actor_id"], "last_seen_at"),
    ["actor_day", ["project_key", "day", "actor_id"], "buckets", "~buckets", "~buckets"],
    ["platform_event_rollup", ["event", "bucket", "project_id", "user_id"], "events", "events + 1", "events - 1"],
    ...usageChecks.flatMap(({ name, keys, fields }) =>
      fields.map((field): [string, string[], string, string, string] => {
        const little = field.endsWith("_cost") ? "0.00000000000001" : "1";
        return [name, [...keys], field, `${field} + ${little}`, `${field} - ${little}`];
      }),
    ),
  ];

  function moved(name: string, keys: string[], field: string): [string, string[], string, string, string] {
    return [name, keys, field, `${field} + interval '1 millisecond'`, `${field} - interval '1 millisecond'`];
  }

  it.each(tampered)("%s (%j) by its %s", async (name, keys, field, change, undo) => {
    const key = await updateOne(app.pool, name, keys, `${field} = ${change}`, `${field} is not null`);
    const report = await recount();
    await updateByKey(app.pool, name, key, `${field} = ${undo}`);

    const faulty = report.checks.filter(({ differences }) => differences > 0);
    expect(faulty.map((check) => [check.name, check.differences])).toEqual([[name, 1]]);
    expect(faulty[0]?.first.map((difference) => [difference.key, difference.fields.map((f) => f.field)])).toEqual([
      [key, [field]],
    ]);
    expect(report.clean).toBe(false);
    expect(formatVerifyReport(report)).toContain(`${field} is `);
    expect((await recount()).clean).toBe(true);
  });

  it.each([
    ["stored", "stored = stored + 1, received = received + 1", "stored = stored - 1, received = received - 1"],
    [
      "rejected",
      "rejected = rejected - 1, received = received - 1",
      "rejected = rejected + 1, received = received + 1",
    ],
  ])("an entry of the ledger that balances and yet is wrong in %s", async (field, change, undo) => {
    const key = await updateOne(app.pool, "ingestion_ledger", ["project_key", "bucket"], change, "rejected > 0");
    const report = await recount();
    await updateByKey(app.pool, "ingestion_ledger", key, undo);
    const faulty = report.checks.filter(({ differences }) => differences > 0);
    expect(faulty.map(({ name, first }) => [name, first[0]?.key, first[0]?.fields.map((one) => one.field)])).toEqual([
      ["ingestion_ledger", key, [field]],
    ]);
    expect((await recount()).clean).toBe(true);
  });

  it("a count by name that its sum does not show", async () => {
    const keys = ["project_key", "bucket"];
    const key = await updateOne(app.pool, "project_rollup", keys, "name_events[1] = name_events[1] + 1", "events > 0");
    const report = await recount();
    await updateByKey(app.pool, "project_rollup", key, "name_events[1] = name_events[1] - 1");
    const faulty = report.checks.filter(({ differences }) => differences > 0);
    expect(faulty.map(({ name, differences }) => [name, differences])).toEqual([["event_rollup", 1]]);
    expect(faulty[0]?.first[0]?.key).toMatchObject(key);
    expect((await recount()).clean).toBe(true);
  });

  it("a receipt that is not its tokens times its price, and the rollup that it is in", async () => {
    const { rows } = await app.pool.query<{ request_id: string }>(
      `update usage_record set input_cost = input_cost + 0.000001
       where request_id = (select min(request_id) from usage_record where price_id is not null and tags = '{a,b}') returning request_id`,
    );
    const report = await recount();
    const id = rows[0]?.request_id ?? "";
    await app.pool.query("update usage_record set input_cost = input_cost - 0.000001 where request_id = $1", [id]);
    expect(report.checks.filter(({ differences }) => differences > 0).map(({ name }) => name)).toEqual([
      "usage_rollup",
      "usage_tag_rollup",
      "receipts",
    ]);
    expect(report.checks.find(({ name }) => name === "receipts")?.first[0]?.key).toEqual({ request_id: id });
  });

  it("a row that is missing, and one that is too much", async () => {
    const { rows } = await app.pool.query(
      "delete from session where ctid = (select min(ctid) from session) returning project_key::text, session_id::text",
    );
    const report = await recount();
    const session = report.checks.find(({ name }) => name === "session");
    expect([session?.differences, session?.first[0]?.key]).toEqual([1, rows[0]]);
    expect(formatVerifyReport(report)).toContain("events is missing, should be ");

    await app.pool.query(
      `insert into usage_rollup (bucket, user_id, project_id, model, provider, feature, requests,
         ${usageSums.filter((field) => field !== "requests").join(", ")})
       select '2026-05-01T00:00:00Z'::timestamptz, 'nobody', '', model, '', '', requests${", 0".repeat(usageSums.length - 1)}
       from (values ('m', 1), ('zeros', 0)) as added (model, requests)`,
    );
    const usage = (await recount()).checks.find(({ name }) => name === "usage_rollup");
    expect(usage?.first.map(({ key, fields }) => [key["user_id"], key["model"], fields])).toEqual([
      ["nobody", "m", [{ field: "requests", stored: "1", recounted: null }]],
    ]);
  });

  it("shows the first few of many, and how many more there are", async () => {
    await app.pool.query("update platform_event_rollup set events = events + 7");
    const all = await rowsOf("platform_event_rollup");
    const report = await verify(createVerifyStore(app.pool), { maxShown: 2 });
    const check = report.checks.find(({ name }) => name === "platform_event_rollup");
    expect([check?.differences, check?.first.length]).toEqual([all, 2]);
    expect(formatVerifyReport(report)).toContain(`… and ${all - 2} more`);
  });
});

type Key = Record<string, string>;

/** Changes the table's first row of which the condition holds, and answers its key as texts. */
async function updateOne(pool: pg.Pool, table: string, keys: string[], set: string, condition: string): Promise<Key> {
  const { rows } = await pool.query<Key>(
    `update ${table} set ${set} where ctid = (select min(ctid) from ${table} where ${condition})
     returning ${keys.map((key) => `${key}::text as ${key}`).join(", ")}`,
  );
  const [key] = rows;
  if (key === undefined) throw new Error(`${table} has no row to tamper with`);
  return key;
}

async function updateByKey(pool: pg.Pool, table: string, key: Key, set: string): Promise<void> {
  const terms = Object.keys(key).map((column, n) => `${column}::text = $${n + 1}`);
  await pool.query(`update ${table} set ${set} where ${terms.join(" and ")}`, Object.values(key));
}
