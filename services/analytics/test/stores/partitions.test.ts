import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { EventStore } from "../../src/stores/event-store.js";
import { createPartitions } from "../../src/stores/postgres/partitions.js";
import { appEvent, eventBatch } from "../support/app-events.js";
import { countDeadlocks, createEventDatabase, type EventDatabase } from "../support/event-database.js";

const dayMs = 24 * 3_600_000;
/** The day that has a partition from the start. */
const firstDay = Date.parse("2026-01-03T00:00:00Z");

let db: EventDatabase;

beforeAll(async () => {
  db = await createEventDatabase();
});

beforeEach(() => db.empty());

afterAll(() => db.drop());

function batch(...times: (string | number)[]) {
  return eventBatch(
    db.projectKeys[0] as number,
    times.map((at, n) => appEvent({ eventId: `event-${n}`, at, actor: "ada" })),
  );
}

async function partitions(pattern: string): Promise<string[]> {
  const { rows } = await db.pool.query<{ relname: string }>(
    `select relname from pg_inherits join pg_class on oid = inhrelid
     where inhparent = 'app_event'::regclass and relname like $1 order by 1`,
    [pattern],
  );
  return rows.map(({ relname }) => relname);
}

describe("an event of a day without a partition", () => {
  it("is stored once, by no partition that an append would have made", async () => {
    const before = await partitions("%");
    const sent = batch("1970-01-01T00:00:00Z", "2026-01-03T12:00:00Z", "2099-12-31T23:59:59.999Z");
    expect(await db.store.append([sent])).toEqual([{ duplicates: 0 }]);
    expect(await db.store.append([sent])).toEqual([{ duplicates: 3 }]);
    expect([await db.count("app_event_default"), await db.count("app_event_20260103")]).toEqual([2, 1]);
    expect(await partitions("%")).toEqual(before);
    await db.expectNoDifferences();
  });

  it("moves to its day's partition when that is made, and is known there", async () => {
    const sent = batch(
      "2025-02-28T23:59:59.999Z",
      "2025-03-01T00:00:00Z",
      "2025-03-01T23:59:59.999Z",
      "2025-03-02T00:00:00Z",
    );
    await db.store.append([sent]);
    expect(await createPartitions(db.pool).ensureFor([Date.parse("2025-03-01T12:00:00Z")])).toBe(true);
    expect([await db.count("app_event_20250301"), await db.count("app_event_default")]).toEqual([2, 2]);
    expect(await db.store.append([sent])).toEqual([{ duplicates: 4 }]);
    await db.expectNoDifferences();
  });

  it("is waited for on its way there, and moves as the others do", async () => {
    const day = Date.parse("2025-04-01T00:00:00Z");
    const held = Date.parse("2025-03-31T12:00:00Z");
    await createPartitions(db.pool).ensureFor([held]);
    const sent = batch(held, day + 1);
    // Somebody stores the first event and does not come to an end: the flush waits for it.
    const somebody = await connectAnew();
    await somebody.query("begin");
    await somebody.query(
      `insert into app_event_20250331 (occurred_at, received_at, project_key, name_key, device_key, event_id, session_id)
       values ($1, now(), $2, 1, 1, $3, $3)`,
      [new Date(held), db.projectKeys[0], sent.events[0]?.eventId],
    );
    const flush = db.addReplica().append([sent]);
    await waitForLock("copy app_event%");
    const made = createPartitions(db.pool).ensureFor([day]);
    await waitForLock("lock table%");
    await somebody.query("rollback");
    await somebody.end();
    expect([await flush, await made]).toEqual([[{ duplicates: 0 }], true]);
    expect([await db.count("app_event_20250401"), await db.count("app_event_default")]).toEqual([1, 0]);
    await db.expectNoDifferences();
  });
});

async function connectAnew(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: db.database.url });
  await client.connect();
  return client;
}

async function insertAt(client: pg.Client, at: number): Promise<void> {
  await client.query(
    `insert into app_event (occurred_at, received_at, project_key, name_key, device_key, event_id, session_id)
     values ($1, now(), $2, 1, 1, gen_random_uuid(), gen_random_uuid())`,
    [new Date(at), db.projectKeys[0]],
  );
}

async function countInDefault(day: number): Promise<number | undefined> {
  const { rows } = await db.pool.query<{ count: number }>(
    "select count(*) from app_event_default where occurred_at >= $1 and occurred_at < $2",
    [new Date(day), new Date(day + dayMs)],
  );
  return rows[0]?.count;
}

async function waitForLock(query: string): Promise<void> {
  await expect
    .poll(async () => {
      const { rows } = await db.pool.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like $1",
        [query],
      );
      return rows.length;
    })
    .toBe(1);
}

describe("partitions", () => {
  it("are made from 31 days behind to 8 ahead by two replicas at once, both", async () => {
    const now = new Date("2031-05-01T00:00:00Z");
    const made = await Promise.all([1, 2].map(() => createPartitions(db.pool).ensureAround(now)));
    expect(made).toEqual([true, true]);
    const names = await partitions("app_event_2031%");
    expect(names).toHaveLength(40);
    expect([names[0], names.at(-1)]).toEqual(["app_event_20310331", "app_event_20310509"]);
  });

  it("are made under writers without a dead-lock, a lost row or one that is there twice", async () => {
    const before = await countDeadlocks(db.pool);
    const days = Array.from({ length: 40 }, (_, n) => Date.parse("2024-01-01T00:00:00Z") + n * dayMs);
    const random = (bound: number) => Math.floor(Math.random() * bound);
    const replicas = [db.addReplica(), db.addReplica()];
    const sent = new Set<string>();
    let writing = 6;
    const writers = Array.from({ length: 6 }, async (_, writer) => {
      for (let round = 0; round < 25; round += 1) {
        const events = Array.from({ length: 30 }, () => {
          // Writers share ids, so that they meet in rows that are on the move.
          const [id, day] = [random(60), random(days.length + 3)];
          const at = (days[day] ?? firstDay + (day - days.length) * 300 * dayMs) + id * 1_000;
          sent.add(`${id}/${at}`);
          return appEvent({ eventId: `${id}`, at, sessionId: `s${id % 5}`, actor: `a${id % 7}` });
        });
        await (replicas[writer % 2] as EventStore).append([eventBatch(db.projectKeys[writer % 2] as number, events)]);
      }
      writing -= 1;
    });
    const makers = [0, 1].map(async (maker) => {
      const todo = maker === 0 ? days : days.toReversed();
      for (const day of todo) {
        if (writing === 0) break;
        expect(await createPartitions(db.pool).ensureFor([day])).toBe(true);
      }
    });
    await Promise.all([...writers, ...makers]);
    expect(await createPartitions(db.pool).ensureFor(days)).toBe(true);
    expect(await countDeadlocks(db.pool)).toBe(before);
    const { rows } = await db.pool.query(
      `select count(*) as rows, count(distinct (project_key, occurred_at, event_id)) as identities,
         count(*) filter (where tableoid = 'app_event_default'::regclass and occurred_at < '2024-03-01') as left_behind
       from app_event`,
    );
    const identities = rows[0]?.identities;
    expect(rows).toEqual([{ rows: identities, identities, left_behind: 0 }]);
    expect(identities).toBeGreaterThanOrEqual(sent.size);
    await db.expectNoDifferences();
  }, 60_000);

  it("get the rows of connections that look at the table for the first time while one is made", async () => {
    for (let round = 0; round < 15; round += 1) {
      const day = Date.parse("2023-01-01T00:00:00Z") + round * dayMs;
      const newcomers = await Promise.all(Array.from({ length: 5 }, () => connectAnew()));
      // Somebody reads, so that the maker stands right before its commit when the newcomers come.
      const reader = await connectAnew();
      await reader.query("begin; select from app_event_default limit 1");
      const made = createPartitions(db.pool).ensureFor([day]);
      await waitForLock("lock table%");
      const inserts = newcomers.map(async (client, n) => {
        await setTimeout(n + round / 4);
        await insertAt(client, day + n);
      });
      await reader.query("rollback");
      expect(await made).toBe(true);
      await Promise.all(inserts);
      await Promise.all([reader, ...newcomers].map((client) => client.end()));
      expect(await countInDefault(day)).toBe(0);
    }
  }, 60_000);

  it("wait for no reader for long: they are made another time, and events are stored meanwhile", async () => {
    const day = Date.parse("2025-06-01T00:00:00Z");
    const reader = await db.pool.connect();
    try {
      await reader.query("begin");
      await reader.query("set local idle_in_transaction_session_timeout = 0");
      await reader.query("select from app_event_default");
      const attempt = createPartitions(db.pool).ensureFor([day]);
      await db.addReplica().append([batch("2026-01-03T12:00:00Z", day)]);
      expect(await attempt).toBe(false);
      expect(await db.count("app_event_default")).toBe(1);
    } finally {
      await reader.query("commit");
      reader.release();
    }
    expect(await createPartitions(db.pool).ensureFor([day])).toBe(true);
    expect([await db.count("app_event_20250601"), await db.count("app_event_default")]).toEqual([1, 0]);
    await db.expectNoDifferences();
  });
});
