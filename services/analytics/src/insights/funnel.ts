import {
  defaultFunnelWindowSeconds,
  type Funnel,
  type FunnelBreakdown,
  type FunnelResult,
  type FunnelStep,
  maxBreakdownValues,
} from "@mobigen/analytics-contract";
import { ApiError } from "../errors.js";
import type { EventExportStore } from "../stores/event-export-store.js";
import type { FunnelDevice, FunnelScan, FunnelStore } from "../stores/funnel-store.js";
import type { InsightStore } from "../stores/insight-store.js";
import { bucketMs, bucketOf, type TimeWindow } from "../types.js";
import { countryOf } from "./countries.js";
import { type FunnelRules, furthestRun } from "./funnel-run.js";
import { addRun, createTally, type FunnelTally, medianSeconds, mergeTallies, stepResults } from "./funnel-tally.js";
import { answerHeader, type InsightProject, readQuestion } from "./question.js";
import type { CountEvents } from "./raw-range.js";

/**
 * The most events of its steps that a funnel reads: some seconds of one core, and twenty bytes of memory each. How many there are by
 * type and name is known from the rollup, so that a question which would take longer is refused before it begins.
 */
export const maxFunnelEvents = 3_000_000;

/** The most events of any kind that are passed over to find them: that takes a third of a microsecond each. */
export const maxFunnelScan = 10_000_000;

export type FunnelStores = {
  funnels: FunnelStore;
  apps: CountEvents;
  insights: Pick<InsightStore, "eventsBy">;
  exports: Pick<EventExportStore, "archivedIn">;
};

/**
 * How many who took the first step in the window got how far. Later steps may lie behind it, up to now.
 * @throws ApiError invalid_query, for a window or country that is none; range_too_large
 */
export async function readFunnel(
  { funnels, exports, ...counted }: FunnelStores,
  project: InsightProject,
  funnel: Funnel,
  now: Date,
): Promise<FunnelResult> {
  const { steps, windowSeconds = defaultFunnelWindowSeconds, unit = "actors", breakdown } = funnel;
  const { window, filter } = readQuestion(project, funnel, now);
  const rules = { steps: steps.length, windowMs: windowSeconds * 1_000, beginBefore: window.to };
  const openEnd = bucketOf(now.getTime()) + bucketMs;
  const read = { from: window.from, to: Math.min(window.to + rules.windowMs, openEnd) };
  await requireFewEvents(counted, project, steps, read);

  const scan = { projectKey: project.projectKey, window: read, steps, unit, filter };
  const byDevice = await tallyRuns(funnels, { ...scan, withDevices: breakdown !== undefined }, rules);
  const total = mergeTallies([...byDevice.values()], steps.length);
  const results = stepResults(total);
  return {
    ...answerHeader({ project, window }),
    ...{ unit, windowSeconds },
    incomplete: window.to + rules.windowMs > now.getTime(),
    archivedEvents: await exports.archivedIn(project.id, read),
    steps: steps.flatMap(({ type, name = null }, n) => {
      const result = results[n];
      return result === undefined ? [] : [{ type, name, ...result }];
    }),
    medianSeconds: medianSeconds(total.wholeMs),
    breakdown:
      breakdown === undefined
        ? null
        : breakDown(byDevice, await funnels.devicesOf([...byDevice.keys()]), breakdown, steps.length),
  };
}

/** One tally a device of the first step; a single one where they need not be told apart. */
async function tallyRuns(
  funnels: FunnelStore,
  scan: FunnelScan,
  rules: FunnelRules,
): Promise<Map<number, FunnelTally>> {
  const tallies = new Map<number, FunnelTally>();
  await funnels.readUnits(scan, (events) => {
    const run = furthestRun(events, rules);
    if (run === null) return;
    const tally = tallies.get(run.deviceKey) ?? createTally(rules.steps);
    tallies.set(run.deviceKey, tally);
    addRun(tally, run);
  });
  return tallies;
}

function breakDown(
  byDevice: ReadonlyMap<number, FunnelTally>,
  devices: ReadonlyMap<number, FunnelDevice>,
  by: FunnelBreakdown,
  steps: number,
): FunnelResult["breakdown"] {
  const groups = new Map<string, FunnelTally[]>();
  for (const [deviceKey, tally] of byDevice) {
    const device = devices.get(deviceKey);
    const value = device === undefined ? "" : breakdownValue(device, by);
    groups.set(value, [...(groups.get(value) ?? []), tally]);
  }
  const items = [...groups]
    .map(([value, tallies]) => ({ value, tally: mergeTallies(tallies, steps) }))
    .sort((a, b) => (b.tally.counts[0] ?? 0) - (a.tally.counts[0] ?? 0) || (a.value < b.value ? -1 : 1));
  return {
    by,
    items: items.slice(0, maxBreakdownValues).map(({ value, tally }) => ({
      value: value === "" ? null : value,
      steps: stepResults(tally),
    })),
    otherValues: Math.max(0, items.length - maxBreakdownValues),
  };
}

function breakdownValue({ platform, version, timezone }: FunnelDevice, by: FunnelBreakdown): string {
  if (by === "country") return countryOf(timezone) ?? "";
  return by === "platform" ? platform : version;
}

async function requireFewEvents(
  { apps, insights }: Omit<FunnelStores, "funnels" | "exports">,
  { projectKey, id }: InsightProject,
  steps: readonly FunnelStep[],
  { from, to }: TimeWindow,
): Promise<void> {
  const [all = 0] = await apps.appEventsBy([from, to], id);
  if (all > maxFunnelScan) throw tooLarge(`${maxFunnelScan.toLocaleString("en")} events`);
  // Counting by name unpacks every row of the rollup; the sum of all names is beside them.
  if (all <= maxFunnelEvents) return;
  let ofSteps = 0;
  for (const name of namesOf(steps)) ofSteps += (await insights.eventsBy(projectKey, [from, to], name))[0] ?? 0;
  if (ofSteps > maxFunnelEvents) throw tooLarge(`${maxFunnelEvents.toLocaleString("en")} events of these steps`);
}

function tooLarge(what: string): ApiError {
  return new ApiError(
    "range_too_large",
    `The period, and the time that the steps may take behind it, hold more than ${what}. Take a shorter period.`,
  );
}

/** The types and names of all steps, each event's once: a step of any name takes in those of the same type that have one. */
function namesOf(steps: readonly FunnelStep[]): { type: string; name?: string }[] {
  const whole = new Set(steps.flatMap(({ type, name }) => (name === undefined ? [type] : [])));
  const named = new Map(
    steps.flatMap(({ type, name }) =>
      name === undefined || whole.has(type) ? [] : [[JSON.stringify([type, name]), { type, name }] as const],
    ),
  );
  return [...[...whole].map((type) => ({ type })), ...named.values()];
}
