import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createInsightStores } from "../../src/app/insights.js";
import { ApiError } from "../../src/errors.js";
import { readFunnel } from "../../src/insights/funnel.js";
import { createAppMetricsStore } from "../../src/stores/postgres/app-metrics-store.js";
import { createCostStore } from "../../src/stores/postgres/cost-store.js";
import { createRecostStore } from "../../src/stores/postgres/recost-store.js";
import { readReceipt } from "../../src/usage-receipt.js";
import { startTestApp } from "../support/app.js";
import { type ArchiveWorld, createArchiveWorld, dayOne } from "../support/archive-world.js";

const quarter = 15 * 60_000;
const midnight = Date.parse(dayOne);

let world: ArchiveWorld;

beforeAll(async () => {
  world = await createArchiveWorld();
  await world.fill();
});

afterAll(() => world.stop());

async function requestsIn(from: number, to: number): Promise<number> {
  const usage = await world.usage.usageOf({ kind: "platform" }, { from, to }, [from, to]);
  return usage.byModel.reduce((sum, { requests }) => sum + Number(requests), 0);
}

describe("what calls came to, once their rows are in files", () => {
  it("is the same for whole quarters of an hour; a cut one counts if it begins in the window", async () => {
    // Calls of that day are two minutes apart, from midnight on.
    expect([
      await requestsIn(midnight, midnight + 2 * quarter),
      await requestsIn(midnight, midnight + quarter + 1),
    ]).toEqual([15, 8]);
    await world.archiver().run();
    expect(await requestsIn(midnight, midnight + 2 * quarter)).toBe(15);
    expect(await requestsIn(midnight, midnight + quarter + 1)).toBe(15);
    expect(await requestsIn(midnight + 1, midnight + quarter + 1)).toBe(7);
    expect(await requestsIn(midnight + 1, midnight + quarter)).toBe(0);
    await world.restoreAll();
    expect(await requestsIn(midnight, midnight + quarter + 1)).toBe(8);
  });
});

describe("a call whose row is in a file", () => {
  it("says so instead of its receipt, and has it again after a restore", async () => {
    world.clock.advance({ days: 8 });
    const store = createCostStore(world.pool);
    const receipt = await readReceipt(store, "call-0");
    await world.archiver().run();
    const absent = await readReceipt(store, "call-0").catch((error: unknown) => error);
    expect(absent).toBeInstanceOf(ApiError);
    expect(absent).toMatchObject({ code: "archived", status: 410, extra: { archive: { day: dayOne } } });
    await expect(readReceipt(store, "nobody's")).rejects.toMatchObject({ code: "not_found" });
    await world.restoreAll();
    expect(await readReceipt(store, "call-0")).toEqual(receipt);
  });

  it("is counted by a recost of its days, and of no others", async () => {
    world.clock.advance({ days: 8 });
    await world.archiver().run();
    const recosts = createRecostStore(world.pool);
    expect(await recosts.countArchived({ from: null, to: null })).toBe(25);
    expect(await recosts.countArchived({ from: midnight + 10 * 86_400_000, to: null })).toBe(0);
    expect(await recosts.countArchived({ from: null, to: midnight })).toBe(0);
    const scope = { from: null, to: null, model: null, onlyUnpriced: false };
    const step = await recosts.step({ scope, after: null, limit: 100, receiptOf: () => null, audit: null });
    expect(step.scanned).toBe(15);
  });
});

describe("days whose events are in files", () => {
  it("are said to be, by a funnel and an export", async () => {
    await world.restoreAll();
    const { pool } = world;
    const project = { projectKey: world.db.projectKeys[0] ?? 0, id: "p1", timezone: "UTC" };
    const stores = createInsightStores(pool, createAppMetricsStore(pool));
    const steps = [{ type: "screen_view", name: "Screen 0" }, { type: "screen_view" }];
    const ask = () =>
      readFunnel(stores, project, { steps, from: dayOne, to: "2026-01-20T00:00:00Z" }, world.clock.now());
    const whole = await ask();
    expect([whole.archivedEvents, whole.steps[0]?.count]).toEqual([0, 2]);

    world.clock.advance({ days: 8 });
    await world.archiver().run();
    const { rows } = await pool.query<{ left: number }>(
      "select count(*) as left from app_event where project_key = $1",
      [project.projectKey],
    );
    const partial = await ask();
    expect(partial.archivedEvents).toBeGreaterThan(20);
    // The file of the one whose clock stood at 1970 is of no day of these.
    expect(partial.archivedEvents + (rows[0]?.left ?? 0)).toBe(30 - 1);
    expect(partial.steps[0]?.count).toBeLessThan(2);

    const app = await startTestApp({ db: world.db.database, clock: world.clock });
    try {
      const file = await fetch(`${app.url}/api/projects/p1/export?from=${dayOne}T00:00:00Z&to=2026-01-20T00:00:00Z`, {
        headers: { authorization: `Bearer ${app.adminToken}` },
      });
      expect(file.headers.get("x-archived-events")).toBe(String(partial.archivedEvents));
      expect((await file.text()).trimEnd().split("\n")).toHaveLength(rows[0]?.left ?? 0);
    } finally {
      await app.stop();
    }
  });
});
