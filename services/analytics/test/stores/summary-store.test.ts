import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createVerifyStore } from "../../src/stores/postgres/verify-store.js";
import { type ActDatabase, act, createActDatabase, days, summaryTables } from "../support/acts.js";

let db: ActDatabase;
beforeAll(async () => {
  db = await createActDatabase();
});
afterAll(() => db.database.drop());
beforeEach(() => db.empty());

async function differences() {
  const checks = await createVerifyStore(db.database.pool).recount(3);
  // Receipts and the ledger are made up here.
  return checks.filter(
    ({ differences, name }) => differences > 0 && name !== "receipts" && name !== "ingestion_ledger",
  );
}

/** The rows of every summary, but for those of nothing, which say what no row says. */
async function dump() {
  const tables: Record<string, string[]> = {};
  for (const table of summaryTables) {
    const { rows } = await db.database.pool.query<{ row: string }>(`select (${table}.*)::text as row from ${table}`);
    tables[table] = rows.map(({ row }) => row).sort();
  }
  tables["app_bucket_summary"] = tables["app_bucket_summary"]?.filter((row) => !row.endsWith(",0,0)")) ?? [];
  return tables;
}

describe("summaries of closed days", () => {
  it("are what the rollups come to, whatever comes late, and whenever they are brought up to date", async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: act.map((what) => ({ what, day: null })) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: days }).map((day) => ({ what: null, day })) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        await db.empty();
        for (const { what, day } of steps) {
          if (what !== null) await db.apply(what);
          else await db.bringUpToDate(day);
        }
        expect(await differences()).toEqual([]);
        await db.bringUpToDate(days);
        expect(await differences()).toEqual([]);
        const once = await dump();
        expect([once["late_app_change"], once["late_platform_change"]]).toEqual([[], []]);
        expect(await db.bringUpToDate(days)).toEqual({ daysClosed: 0, lateChanges: 0, timeZones: 0 });
        expect(await dump()).toEqual(once);
      }),
      { numRuns: 12 },
    );
  }, 240_000);

  it("end the same, however often they were brought up to date on the way", async () => {
    const acts = fc.sample(act, { numRuns: 60, seed: 7 });
    for (const what of acts) await db.apply(what);
    await db.bringUpToDate(days);
    const atOnce = await dump();
    await db.empty();
    for (const [n, what] of acts.entries()) {
      await db.apply(what);
      if (n % 6 === 0) await db.bringUpToDate((n / 6) % (days + 1));
    }
    await db.bringUpToDate(days);
    expect(await dump()).toEqual(atOnce);
  }, 120_000);

  it("lose nothing of writers that race with the closing, on any number of connections", async () => {
    const acts = fc.sample(act, { numRuns: 150, seed: 11 });
    await db.apply({ kind: "app", project: "p1", minute: 0, who: "ada" });
    const writers = [0, 1, 2, 3].map(async (part) => {
      for (const [n, what] of acts.entries()) if (n % 4 === part) await db.apply(what);
    });
    const closers = [0, 1].map(async () => {
      for (let day = 1; day <= days; day += 1) await db.bringUpToDate(day);
    });
    await Promise.all([...writers, ...closers]);
    expect(await differences()).toEqual([]);
    await db.bringUpToDate(days);
    expect(await differences()).toEqual([]);
    expect((await dump())["late_app_change"]).toEqual([]);
  }, 120_000);

  it("wait for a writer that began before the day was closed", async () => {
    await db.apply({ kind: "usage", project: "p1", minute: 0, who: "ada" });
    const client = await db.database.pool.connect();
    await client.query("begin");
    await client.query("update usage_rollup set requests = requests + 1");
    let isClosed = false;
    const closing = db.bringUpToDate(1).then(() => {
      isClosed = true;
    });
    await expect
      .poll(
        async () =>
          (await db.database.pool.query("select noted_before > '2000-01-01' as noted from summary_progress")).rows,
      )
      .toEqual([{ noted: true }]);
    expect(isClosed).toBe(false);
    await client.query("commit");
    client.release();
    await closing;
    const { rows } = await db.database.pool.query("select requests from daily_summary where scope = 'platform'");
    expect(rows).toEqual([{ requests: 2 }]);
  }, 60_000);

  it("follow a project into another time zone", async () => {
    for (const what of fc.sample(act, { numRuns: 40, seed: 3 }))
      await db.apply({ ...what, kind: "app", project: "p1" });
    await db.bringUpToDate(days);
    const { pool } = db.database;
    await pool.query("update project set timezone = 'America/New_York' where id = 'p1'");
    expect((await db.bringUpToDate(days)).timeZones).toBe(1);
    expect(await differences()).toEqual([]);
    await pool.query("update project set timezone = 'UTC' where id = 'p1'");
    await db.bringUpToDate(days);
    expect(await differences()).toEqual([]);
  }, 60_000);
});
