import { type Funnel, type FunnelProperty, type FunnelStep, funnelResultSchema } from "@mobigen/analytics-contract";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { countryOf } from "../../src/insights/countries.js";
import { maxFunnelEvents, maxFunnelScan, readFunnel } from "../../src/insights/funnel.js";
import { percentOf, readQuestion, roundTo } from "../../src/insights/question.js";
import { type AppEvent, effectiveTime } from "../../src/stores/event-store.js";
import { bucketMs, bucketOf } from "../../src/types.js";
import {
  createInsightWorld,
  type InsightWorld,
  isOn,
  someFilters,
  someWindow,
  worldNow,
} from "../support/insight-world.js";

let world: InsightWorld;
beforeAll(async () => {
  world = await createInsightWorld(2_500);
});
afterAll(() => world.drop());

// What a person would count with: every beginning is tried, each step taken as soon as it can be.

function holds(event: AppEvent, { key, operator = "is", value = null }: FunnelProperty): boolean {
  const said = JSON.parse(event.properties ?? "{}") as Record<string, unknown>;
  const found = Object.hasOwn(said, key) ? (said[key] ?? null) : null;
  switch (operator) {
    case "exists":
      return found !== null;
    case "not_exists":
      return found === null;
    case "contains":
      return typeof found === "string" && found.includes(String(value));
    case "is":
    case "is_not": {
      const text = typeof found === "object" ? JSON.stringify(found) : String(found);
      const isIt = typeof value === "string" ? found !== null && text === value : found === value;
      return isIt === (operator === "is");
    }
    default: {
      if (typeof found !== "number" || typeof value !== "number") return false;
      if (operator === "gt") return found > value;
      if (operator === "gte") return found >= value;
      return operator === "lt" ? found < value : found <= value;
    }
  }
}

function fits(event: AppEvent, { type, name, properties = [] }: FunnelStep): boolean {
  return (
    event.type === type &&
    (name === undefined || event.name === name) &&
    properties.every((property) => holds(event, property))
  );
}

type Run = { path: number[]; times: number[]; first: AppEvent };

function runsFrom(events: readonly AppEvent[], start: number, steps: readonly FunnelStep[], windowMs: number): Run[] {
  const [first] = [events[start]];
  if (first === undefined) return [];
  const path = [start];
  for (const step of steps.slice(1)) {
    const next = events.findIndex(
      (event, n) =>
        n > (path.at(-1) ?? 0) && fits(event, step) && effectiveTime(event) - effectiveTime(first) <= windowMs,
    );
    if (next < 0) break;
    path.push(next);
  }
  return [{ path, first, times: path.map((n) => effectiveTime(events[n] ?? first)) }];
}

function maskOf(event: AppEvent, steps: readonly FunnelStep[]): number {
  return steps.reduce((mask, step, n) => mask + (fits(event, step) ? 2 ** n : 0), 0);
}

function expectedRuns(funnel: Funnel): Run[] {
  const { steps, windowSeconds = 7 * 86_400, unit = "actors" } = funnel;
  const { window, filter } = readQuestion(world.project, funnel, worldNow);
  const end = Math.min(window.to + windowSeconds * 1_000, bucketOf(worldNow.getTime()) + bucketMs);
  const units = new Map<string, AppEvent[]>();
  for (const event of world.events) {
    const at = effectiveTime(event);
    const id = unit === "actors" ? event.actor?.id : event.sessionId;
    if (id === undefined || at < window.from || at >= end || !isOn(event.device, filter)) continue;
    if (maskOf(event, steps) > 0) units.set(id, [...(units.get(id) ?? []), event]);
  }
  const keyOf = ({ device }: AppEvent): number =>
    world.deviceKeys.get(JSON.stringify([device.platform, device.appVersion, device.timezone, device.model])) ?? 0;
  return [...units.values()].flatMap((unsorted) => {
    const events = unsorted.toSorted(
      (a, b) => effectiveTime(a) - effectiveTime(b) || maskOf(a, steps) - maskOf(b, steps) || keyOf(a) - keyOf(b),
    );
    const runs = events.flatMap((event, n) =>
      steps[0] !== undefined && fits(event, steps[0]) && effectiveTime(event) < window.to
        ? runsFrom(events, n, steps, windowSeconds * 1_000)
        : [],
    );
    // The furthest, then the first to get there, then the last to begin.
    runs.sort(
      (a, b) =>
        b.path.length - a.path.length ||
        (a.path.at(-1) ?? 0) - (b.path.at(-1) ?? 0) ||
        (b.path[0] ?? 0) - (a.path[0] ?? 0),
    );
    return runs.slice(0, 1);
  });
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (n: number): number => sorted[n] ?? 0;
  const middle = Math.floor(sorted.length / 2);
  return roundTo((sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2) / 1_000, 3);
}

function resultsOf(runs: readonly Run[], steps: number) {
  return Array.from({ length: steps }, (_, n) => {
    const [count, before] = [n, n - 1].map((step) => runs.filter(({ times }) => times.length > step).length);
    return {
      count,
      conversion: runs.length === 0 ? null : percentOf(count ?? 0, runs.length),
      stepConversion: n === 0 || before === 0 ? null : percentOf(count ?? 0, before ?? 0),
      medianSeconds:
        n === 0
          ? null
          : median(runs.flatMap(({ times }) => (times.length > n ? [(times[n] ?? 0) - (times[n - 1] ?? 0)] : []))),
    };
  });
}

function breakdownOf(runs: readonly Run[], by: NonNullable<Funnel["breakdown"]>, steps: number) {
  const groups = new Map<string | null, Run[]>();
  for (const run of runs) {
    const { platform, appVersion, timezone } = run.first.device;
    const value = { platform, version: appVersion, country: countryOf(timezone) }[by] || null;
    groups.set(value, [...(groups.get(value) ?? []), run]);
  }
  return new Map([...groups].map(([value, all]) => [value, resultsOf(all, steps)]));
}

const property: fc.Arbitrary<FunnelProperty> = fc.oneof(
  fc.record({
    key: fc.constantFrom("amount", "mixed", "missing"),
    operator: fc.constantFrom("gt", "gte", "lt", "lte"),
    value: fc.constantFrom(-1, 0, 1, 3, 2.5),
  }),
  fc.record({
    key: fc.constantFrom("plan", "amount", "ok", "nothing", "mixed", "tags", "missing", "Größe"),
    operator: fc.constantFrom("is", "is_not"),
    value: fc.constantFrom("pro", "", "3", "true", 3, 1, true, false, null),
  }),
  fc.record({
    key: fc.constantFrom("plan", "mixed", "amount"),
    operator: fc.constant("contains"),
    value: fc.constantFrom("pro", "yearly", "", "1", "ng l"),
  }),
  fc.record({
    key: fc.constantFrom("plan", "nothing", "missing", "nested"),
    operator: fc.constantFrom("exists", "not_exists"),
  }),
);

const someStep: fc.Arbitrary<FunnelStep> = fc
  .tuple(
    fc.constantFrom(
      { type: "screen_view" },
      { type: "screen_view", name: "Home" },
      { type: "screen_view", name: "Basket" },
      { type: "custom" },
      { type: "custom", name: "purchase" },
      { type: "session_start" },
      { type: "nothing" },
    ),
    fc.oneof({ weight: 2, arbitrary: fc.constant<FunnelProperty[]>([]) }, fc.array(property, { maxLength: 2 })),
  )
  .map(([step, properties]): FunnelStep => ({ ...step, ...(properties.length === 0 ? {} : { properties }) }));

const someFunnel = fc
  .tuple(
    fc.record(
      {
        steps: fc.array(someStep, { minLength: 2, maxLength: 5 }),
        windowSeconds: fc.constantFrom(1, 3, 600, 86_400, 30 * 86_400),
        unit: fc.constantFrom("actors", "sessions"),
        breakdown: fc.constantFrom("platform", "version", "country"),
      },
      { requiredKeys: ["steps"] },
    ),
    someWindow,
    someFilters("platform", "version", "country"),
  )
  .map(([funnel, window, filters]): Funnel => ({ ...funnel, ...window, ...filters }));

it("counts who got how far, when and on what, as one by one comes to", async () => {
  await fc.assert(
    fc.asyncProperty(someFunnel, async (funnel) => {
      const reply = await readFunnel(world.stores, world.project, funnel, worldNow);
      expect(funnelResultSchema.parse(reply)).toEqual(reply);
      const runs = expectedRuns(funnel);
      const count = funnel.steps.length;
      expect([reply.steps.map(({ type: _, name: __, ...result }) => result), world.seed]).toEqual([
        resultsOf(runs, count),
        world.seed,
      ]);
      const whole = runs.filter(({ times }) => times.length === count);
      expect(reply.medianSeconds).toBe(median(whole.map(({ times }) => (times.at(-1) ?? 0) - (times[0] ?? 0))));
      if (funnel.breakdown === undefined) {
        expect(reply.breakdown).toBeNull();
        return;
      }
      const expected = breakdownOf(runs, funnel.breakdown, count);
      const items = reply.breakdown?.items ?? [];
      expect(new Map(items.map(({ value, steps }) => [value, steps]))).toEqual(expected);
      expect(items.map(({ steps }) => steps[0]?.count)).toEqual(
        items.map(({ steps }) => steps[0]?.count ?? 0).toSorted((a, b) => b - a),
      );
    }),
    { numRuns: 250 },
  );
}, 180_000);

it("gives zeros for an app that nobody opened", async () => {
  const project = { ...world.project, projectKey: 2_000_000, id: "empty" };
  const steps = [{ type: "screen_view" }, { type: "custom" }];
  const reply = await readFunnel(world.stores, project, { steps, breakdown: "platform" }, worldNow);
  expect(reply.steps.map(({ count, conversion }) => [count, conversion])).toEqual([
    [0, null],
    [0, null],
  ]);
  expect(reply.breakdown).toEqual({ by: "platform", items: [], otherValues: 0 });
});

it("refuses a period with too many events of the steps, or too many to pass over", async () => {
  const project = { projectKey: 1_000_000, id: "busy", timezone: "UTC" };
  const { pool } = world.database;
  await pool.query(
    `insert into project (project_key, id, name, timezone, created_at, named_at) overriding system value
     values ($1, $2, $2, 'UTC', now(), now())`,
    [project.projectKey, project.id],
  );
  const { rows } = await pool.query<{ name_key: number }>(
    "insert into event_name (project_key, type, name) values ($1, 'tap', 'a'), ($1, 'tap', 'b'), ($1, 'scroll', '') returning name_key",
    [project.projectKey],
  );
  const hold = async (...events: number[]): Promise<void> => {
    await pool.query("delete from project_rollup where project_key = $1", [project.projectKey]);
    await pool.query(
      `insert into project_rollup (project_key, bucket, events, sessions, name_keys, name_events)
       values ($1, $2, $3, 0, $4, $5)`,
      [
        project.projectKey,
        new Date(bucketOf(worldNow.getTime())),
        events.reduce((sum, count) => sum + count, 0),
        rows.map(({ name_key }) => name_key),
        events,
      ],
    );
  };
  const ask = (...steps: FunnelStep[]) => readFunnel(world.stores, project, { steps, period: "7d" }, worldNow);
  const [a, b, tap, scroll] = [
    { type: "tap", name: "a" },
    { type: "tap", name: "b" },
    { type: "tap" },
    { type: "scroll" },
  ];

  await hold(maxFunnelEvents - 1, 1, maxFunnelEvents);
  expect((await ask(a, b)).steps[0]?.count).toBe(0);
  // An event of a step is counted once, though it may be of several.
  expect((await ask(tap, a, a)).steps[0]?.count).toBe(0);
  await expect(ask(a, scroll)).rejects.toMatchObject({ code: "range_too_large" });
  await hold(1, 1, maxFunnelScan - 2);
  expect((await ask(a, b)).steps[0]?.count).toBe(0);
  await hold(1, 1, maxFunnelScan - 1);
  await expect(ask(a, b)).rejects.toMatchObject({ code: "range_too_large" });
});
