import type { AppEvent, EventBatch, EventStore } from "../stores/event-store.js";
import type { ProjectRow, ProjectStore } from "../stores/project-store.js";
import { bucketOf } from "../types.js";
import type { UsageTracker } from "../usage-tracker.js";
import { appDays, countAppDays } from "./app-life.js";
import { type AppPlan, type DemoScale, type DemoSpan, defaultScale, demoPrefix, firstAppId, planApps } from "./plan.js";
import { deletionOf, type PlatformLife, platformLife } from "./platform-life.js";

const dayMs = 24 * 3_600_000;
const minuteMs = 60_000;

// Rows a transaction: large enough for COPY, small enough that the bar moves.
const appEventsPerAppend = 4_000;
const recordsPerCall = 1_000;
// The database stores one app's events while the next one's are made up; there are two cores to use.
const concurrentApps = 2;

export type DemoParts = {
  events: EventStore;
  /** Makes the partitions of the days that hold these times (ms): months back, which is further than is kept ready. */
  ensurePartitions: (times: Iterable<number>) => Promise<unknown>;
  tracker: Pick<UsageTracker, "recordUsage" | "recordPlatformEvents">;
  projects: Pick<ProjectStore, "find" | "update">;
};

export type DemoPhase = "platform events" | "LLM calls" | "app events";

/** `done` of `total` steps of a phase are through, which stored `rows` rows. */
export type DemoProgress = { phase: DemoPhase; done: number; total: number; rows: number };

export type DemoOptions = Partial<DemoScale> & {
  /** Where the data ends. A demo that was begun before ends where it did then. */
  now: Date;
  onProgress?: (progress: DemoProgress) => void;
  /** Stops between two transactions; a later run goes on from there. */
  signal?: AbortSignal;
};

/** Rows that this run stored; all zero when everything was there. */
export type DemoOutcome = { projects: number; platformEvents: number; usageRecords: number; appEvents: number };

/**
 * Fills months of made-up but lively data through the same code as what comes over the wire. The same scale and seed make the
 * same data: a second run adds nothing, one after an interruption what is missing. Throws what the stores throw, and the
 * signal's reason.
 */
export async function fillDemo(parts: DemoParts, options: DemoOptions): Promise<DemoOutcome> {
  const scale = { ...defaultScale, ...definedOf(options) };
  const span = await findSpan(parts, scale, options.now);
  const plans = planApps(span, scale.projects);
  const outcome: DemoOutcome = { projects: plans.length, platformEvents: 0, usageRecords: 0, appEvents: 0 };
  if ((await unfilled(parts, plans)).length === 0) return outcome;

  await parts.ensurePartitions(daysOf(span));
  const life = platformLife(plans, span);
  outcome.platformEvents = await fillPlatformEvents(parts, life, options);
  outcome.usageRecords = await fillUsage(parts, life, options);
  outcome.appEvents = await fillApps(parts, await unfilled(parts, plans), span, options);
  return outcome;
}

function daysOf({ start, end }: DemoSpan): number[] {
  const days = [end];
  for (let at = start; at < end; at += dayMs) days.push(at);
  return days;
}

function definedOf({ projects, days, seed }: DemoOptions): Partial<DemoScale> {
  return {
    ...(projects === undefined ? {} : { projects }),
    ...(days === undefined ? {} : { days }),
    ...(seed === undefined ? {} : { seed }),
  };
}

// The first app was born when the data begins. If it is there already, the demo goes on where it ended then.
async function findSpan({ projects }: DemoParts, scale: DemoScale, now: Date): Promise<DemoSpan> {
  const prefix = demoPrefix(scale);
  const first = await projects.find(firstAppId(prefix));
  const end = Math.floor(now.getTime() / minuteMs) * minuteMs;
  const start = first === null ? end - scale.days * dayMs : first.createdAt.getTime();
  return { start, end: start + scale.days * dayMs, days: scale.days, prefix, seed: scale.seed };
}

type AppToFill = { plan: AppPlan; project: ProjectRow | null };

async function unfilled({ projects }: DemoParts, plans: readonly AppPlan[]): Promise<AppToFill[]> {
  const apps = await Promise.all(plans.map(async (plan) => ({ plan, project: await projects.find(plan.id) })));
  return apps.filter(({ plan, project }) => project === null || !isFilled(plan, project));
}

// An app gets its time zone, or its end, when all its events are stored; no demo app lives in UTC.
function isFilled(plan: AppPlan, project: ProjectRow): boolean {
  return project.deletedAt !== null || project.timezone === plan.market.timezone;
}

async function fillPlatformEvents(parts: DemoParts, { events }: PlatformLife, options: DemoOptions): Promise<number> {
  return inChunks("platform events", events, options, async (chunk) => {
    const verdicts = await parts.tracker.recordPlatformEvents(chunk);
    return stored(verdicts);
  });
}

async function fillUsage(parts: DemoParts, { usage }: PlatformLife, options: DemoOptions): Promise<number> {
  return inChunks("LLM calls", usage, options, async (chunk) => stored(await parts.tracker.recordUsage(chunk)));
}

function stored(verdicts: readonly { kind: string }[]): number {
  if (verdicts.some(({ kind }) => kind === "refused" || kind === "conflict")) throw new Error("demo data was refused");
  return verdicts.filter(({ kind }) => kind === "stored").length;
}

async function inChunks<Item>(
  phase: DemoPhase,
  items: readonly Item[],
  { onProgress, signal }: DemoOptions,
  store: (chunk: Item[]) => Promise<number>,
): Promise<number> {
  let rows = 0;
  onProgress?.({ phase, done: 0, total: items.length, rows });
  for (let start = 0; start < items.length; start += recordsPerCall) {
    signal?.throwIfAborted();
    rows += await store(items.slice(start, start + recordsPerCall));
    onProgress?.({ phase, done: Math.min(start + recordsPerCall, items.length), total: items.length, rows });
  }
  return rows;
}

async function fillApps(
  parts: DemoParts,
  apps: readonly AppToFill[],
  span: DemoSpan,
  { onProgress, signal, now }: DemoOptions,
): Promise<number> {
  const total = apps.reduce((sum, { plan }) => sum + countAppDays(plan, span), 0);
  let [done, rows] = [0, 0];
  const waiting = [...apps];
  onProgress?.({ phase: "app events", done, total, rows });

  async function work(): Promise<void> {
    for (let app = waiting.shift(); app !== undefined; app = waiting.shift()) {
      const { plan, project } = app;
      if (project === null) throw new Error(`the demo's project ${plan.id} is not registered`);
      for await (const step of fillApp(parts, plan, project.projectKey, span)) {
        signal?.throwIfAborted();
        done += step.days;
        rows += step.rows;
        onProgress?.({ phase: "app events", done, total, rows });
      }
      await finishApp(parts, plan, now);
    }
  }

  await Promise.all(Array.from({ length: concurrentApps }, work));
  return rows;
}

async function* fillApp(
  { events }: DemoParts,
  plan: AppPlan,
  projectKey: number,
  span: DemoSpan,
): AsyncGenerator<{ days: number; rows: number }> {
  let [batch, days] = [[] as AppEvent[], 0];
  const flush = async (): Promise<{ days: number; rows: number }> => {
    const step = { days, rows: 0 };
    if (batch.length > 0) {
      const outcomes = await events.append(batchesOf(projectKey, batch));
      step.rows = batch.length - outcomes.reduce((sum, { duplicates }) => sum + duplicates, 0);
    }
    [batch, days] = [[], 0];
    return step;
  };
  for (const day of appDays(plan, span)) {
    batch.push(...day);
    days += 1;
    if (batch.length >= appEventsPerAppend) yield await flush();
  }
  yield await flush();
}

/** One for each bucket of the ledger, as if a request had come in each of them. */
function batchesOf(projectKey: number, events: readonly AppEvent[]): EventBatch[] {
  const byBucket = new Map<number, AppEvent[]>();
  for (const event of events) {
    const bucket = bucketOf(event.receivedAt);
    const received = byBucket.get(bucket);
    if (received === undefined) byBucket.set(bucket, [event]);
    else received.push(event);
  }
  return [...byBucket].map(([bucket, received]) => ({
    projectKey,
    receivedAt: bucket,
    received: received.length,
    events: received,
    rejected: [],
  }));
}

async function finishApp({ projects, tracker }: DemoParts, plan: AppPlan, now: Date): Promise<void> {
  const audit = {
    at: now,
    actor: "demo",
    action: "project.update" as const,
    target: plan.id,
    detail: { timezone: plan.market.timezone },
  };
  await projects.update(plan.id, { timezone: plan.market.timezone }, now, audit);
  const deletion = deletionOf(plan);
  if (deletion !== undefined) stored(await tracker.recordPlatformEvents([deletion]));
}
