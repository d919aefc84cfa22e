import fc from "fast-check";
import { createInsightStores } from "../../src/app/insights.js";
import { createRandom, type Random } from "../../src/demo/random.js";
import { batchDeltas } from "../../src/ingestion/batch-deltas.js";
import type { InsightProject } from "../../src/insights/question.js";
import { type AppEvent, type DeviceProfile, effectiveTime } from "../../src/stores/event-store.js";
import type { DeviceFilter, EventFilter } from "../../src/stores/insight-filter.js";
import { createAppMetricsStore } from "../../src/stores/postgres/app-metrics-store.js";
import { createEventStore } from "../../src/stores/postgres/event-store.js";
import { createPartitions } from "../../src/stores/postgres/partitions.js";
import type { TimeWindow } from "../../src/types.js";
import { appEvent, eventBatch } from "./app-events.js";
import { createTestDatabase, type TestDatabase } from "./postgres.js";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** The events lie in the four weeks about the start of European summer time, and now is on their last day but one. */
export const worldStart = Date.parse("2026-03-10T00:00:00Z");
export const worldDays = 28;
export const worldNow = new Date(worldStart + (worldDays - 1) * dayMs + 10 * 60 * minuteMs + 20_123);

/** Zones whose days begin at odd quarters of an hour, change their clocks, or lie a day ahead. */
export const worldZones = [
  "UTC",
  "Europe/Berlin",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "America/St_Johns",
  "Australia/Lord_Howe",
  "Pacific/Chatham",
  "Pacific/Kiritimati",
];

export type InsightWorld = {
  /** Repeats the world: name it where a test fails. */
  seed: string;
  database: TestDatabase;
  stores: ReturnType<typeof createInsightStores>;
  project: InsightProject;
  /** What the project sent, each event once, in no order. */
  events: readonly AppEvent[];
  /** The numbers of the devices in the database. */
  deviceKeys: ReadonlyMap<string, number>;
  drop(): Promise<void>;
};

/**
 * An app with random events: late ones, out of order, sent twice, of clocks that were off, with and without actors, devices and
 * names; and another app beside it, of which nothing must show.
 */
export async function createInsightWorld(count = 1_500): Promise<InsightWorld> {
  const seed = process.env["WORLD_SEED"] ?? String(Math.floor(Math.random() * 1e9));
  const database = await createTestDatabase();
  const { pool } = database;
  const store = createEventStore({ pool, deltasOf: batchDeltas });
  const days = Array.from({ length: 20 }, (_, n) => worldStart + n * dayMs);
  // Days with and days without a partition of their own.
  await createPartitions(pool).ensureFor(days);
  const worlds: { project: InsightProject; events: AppEvent[] }[] = [];
  for (const [id, events] of [["app", count] as const, ["other", 200] as const]) {
    const { rows } = await pool.query<{ project_key: number }>(
      "insert into project (id, name, timezone, created_at, named_at) values ($1, $1, 'Asia/Kathmandu', now(), now()) returning project_key",
      [id],
    );
    const projectKey = rows[0]?.project_key ?? 0;
    const random = createRandom(`${seed}/${id}`);
    const made = Array.from({ length: events }, (_, n) => makeEvent(random, n));
    for (const batch of batches(random, made)) await store.append([eventBatch(projectKey, batch)]);
    worlds.push({ project: { projectKey, id, timezone: "Asia/Kathmandu" }, events: made });
  }
  const [world] = worlds;
  if (world === undefined) throw new Error("there is no world");
  return {
    seed,
    database,
    stores: createInsightStores(pool, createAppMetricsStore(pool)),
    ...world,
    deviceKeys: await readDeviceKeys(database),
    drop: () => database.drop(),
  };
}

async function readDeviceKeys({ pool }: TestDatabase): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ key: number } & DeviceProfile>(
    `select device_key as key, platform, app_version as "appVersion", timezone, model from device_profile`,
  );
  return new Map(rows.map(({ key, ...device }) => [deviceName(device), key]));
}

const devices: DeviceProfile[] = [
  device("ios", "1.0.0", "Europe/Berlin", "iPhone15,2"),
  device("ios", "1.1.0", "Asia/Kolkata", "iPhone14,5"),
  device("android", "1.0.0", "Asia/Kathmandu", "Pixel 8"),
  device("android", "1.1.0", "Europe/Oslo", ""),
  device("android", "2.0.0-β", "UTC", "Pixel 8"),
  device("web", "", "America/St_Johns", ""),
  device("", "", "", ""),
];

function device(platform: string, appVersion: string, timezone: string, model: string): DeviceProfile {
  return { platform, appVersion, timezone, model, osVersion: "17", appBuild: "7", manufacturer: "", locale: "en" };
}

const names: [type: string, name: string][] = [
  ["screen_view", "Home"],
  ["screen_view", "Basket"],
  ["screen_view", "Who's there?"],
  ["screen_view", ""],
  ["custom", "purchase"],
  ["custom", "Home"],
  ["session_start", ""],
];

// Sessions of a few minutes, as a rule with one device and one actor; now and then both change on the way.
function makeEvent(random: Random, n: number): AppEvent {
  const session = random.int(0, 299);
  const begun = worldStart + ((session * 7_919_777) % (worldDays * dayMs));
  const at = random.chance(0.1) ? worldStart + random.int(0, worldDays * dayMs - 1) : begun + random.int(0, 12_000);
  const [type, name] = random.pick(names);
  const actor = random.chance(0.15) ? undefined : `actor-${random.chance(0.9) ? session % 60 : random.int(0, 59)}`;
  return appEvent({
    eventId: `event-${n}`,
    at: random.chance(0.05) ? Math.floor(at / (15 * minuteMs)) * 15 * minuteMs : at,
    sessionId: `session-${session}`,
    actor,
    type,
    name,
    device: random.chance(0.9) ? (devices[session % devices.length] ?? random.pick(devices)) : random.pick(devices),
    correctedAt: random.chance(0.08) ? at - random.int(11, 4_000) * minuteMs : null,
    properties: random.chance(0.3) ? null : JSON.stringify(makeProperties(random)),
  });
}

function makeProperties(random: Random): Record<string, unknown> {
  const chosen: [string, unknown][] = [
    ["plan", random.pick(["free", "pro", "", "pro: yearly"])],
    ["amount", random.int(-3, 12)],
    ["ok", random.chance(0.5)],
    ["nothing", null],
    ["tags", ["a", random.int(0, 3)]],
    ["nested", { plan: "pro" }],
    ["mixed", random.pick([1, "1", true, null, [], {}, "long ".repeat(60)])],
    ["Größe", "L"],
  ];
  return Object.fromEntries(chosen.filter(() => random.chance(0.4)));
}

/** The events in batches, out of order, some of them sent again. */
function batches(random: Random, events: readonly AppEvent[]): AppEvent[][] {
  const shuffled = events.map((event) => ({ event, place: random.next() })).sort((a, b) => a.place - b.place);
  const sent = shuffled.flatMap(({ event }) => (random.chance(0.05) ? [event, event] : [event]));
  const all: AppEvent[][] = [];
  for (let n = 0; n < sent.length; ) {
    const size = random.int(1, 400);
    all.push(sent.slice(n, n + size));
    n += size;
  }
  return all;
}

// What a person would count with ---------------------------------------------------------------------------------------

export function eventsBetween(events: readonly AppEvent[], { from, to }: TimeWindow): AppEvent[] {
  return events.filter((event) => effectiveTime(event) >= from && effectiveTime(event) < to);
}

export function isOn(device: DeviceProfile, { platform, version, timezones }: DeviceFilter): boolean {
  return (
    (platform === undefined || device.platform === platform) &&
    (version === undefined || device.appVersion === version) &&
    (timezones === undefined || timezones.includes(device.timezone))
  );
}

export function passes(event: AppEvent, filter: EventFilter): boolean {
  const { type, name, properties = [] } = filter;
  const said = JSON.parse(event.properties ?? "{}") as Record<string, unknown>;
  return (
    isOn(event.device, filter) &&
    (type === undefined || event.type === type) &&
    (name === undefined || event.name === name) &&
    properties.every(({ key, value }) => Object.hasOwn(said, key) && said[key] !== null && textOf(said[key]) === value)
  );
}

function textOf(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function actorsOf(events: readonly AppEvent[]): Set<string> {
  return new Set(events.flatMap(({ actor }) => (actor === null ? [] : [actor.id])));
}

/** When each actor was seen first. */
export function firstSeen(events: readonly AppEvent[]): Map<string, number> {
  const first = new Map<string, number>();
  for (const event of events) {
    if (event.actor === null) continue;
    first.set(event.actor.id, Math.min(first.get(event.actor.id) ?? Number.POSITIVE_INFINITY, effectiveTime(event)));
  }
  return first;
}

export type KnownSession = {
  startedAt: number;
  lastAt: number;
  screens: number;
  actor: string | null;
  device: DeviceProfile;
};

/** The sessions of a world. Where events of the very first moment name several devices, the database's keys tell which counts. */
export function sessionsOf({ events, deviceKeys }: Pick<InsightWorld, "events" | "deviceKeys">): KnownSession[] {
  const groups = new Map<string, AppEvent[]>();
  for (const event of events) groups.set(event.sessionId, [...(groups.get(event.sessionId) ?? []), event]);
  const keyOf = (event: AppEvent): number => deviceKeys.get(deviceName(event.device)) ?? 0;
  return [...groups.values()].map((all) => {
    const [first] = all.toSorted((a, b) => effectiveTime(a) - effectiveTime(b) || keyOf(a) - keyOf(b));
    if (first === undefined) throw new Error("a session has an event");
    const named = all.filter(({ actor }) => actor !== null);
    const actorAt = Math.max(...named.map(effectiveTime));
    return {
      startedAt: effectiveTime(first),
      lastAt: Math.max(...all.map(effectiveTime)),
      screens: all.filter(({ type }) => type === "screen_view").length,
      actor: [...actorsOf(named.filter((event) => effectiveTime(event) === actorAt))].sort()[0] ?? null,
      device: first.device,
    };
  });
}

function deviceName({ platform, appVersion, timezone, model }: DeviceProfile): string {
  return JSON.stringify([platform, appVersion, timezone, model]);
}

// Questions ---------------------------------------------------------------------------------------------------------------

const filterTexts = {
  platform: fc.constantFrom("ios", "android", "", "none"),
  version: fc.constantFrom("1.0.0", "2.0.0-β", "", "9"),
  country: fc.constantFrom("DE", "NO", "NP", "US", "CA"),
  type: fc.constantFrom("screen_view", "custom", "session_start", "nothing"),
  name: fc.constantFrom("Home", "purchase", "Who's there?", "nothing"),
  property: fc.constantFrom(
    "plan:pro",
    "plan:",
    "plan:pro: yearly",
    "amount:3",
    "amount:-1",
    "ok:true",
    "nothing:null",
    "Größe:L",
  ),
};

type FilterName = keyof typeof filterTexts;

/** Filters as a query has them: none more often than not. */
export function someFilters<Name extends FilterName>(...known: Name[]): fc.Arbitrary<{ [Key in Name]?: string }> {
  const model = Object.fromEntries(known.map((name) => [name, filterTexts[name]]));
  return fc.oneof(fc.constant({}), fc.record(model, { requiredKeys: [] }) as fc.Arbitrary<{ [Key in Name]?: string }>);
}

/** A period of any kind in any zone, as a query has it. */
export const someWindow = fc
  .tuple(
    fc.oneof(
      fc.constantFrom("day", "week", "month", "24h", "7d", "30d", "2w", "3m", "all").map((period) => ({ period })),
      fc
        .tuple(
          fc.integer({ min: -60_000, max: worldDays * 1440 * minuteMs }),
          fc.integer({ min: 1, max: 20 * dayMs }),
          fc.boolean(),
        )
        .map(([start, length, isWhole]) => {
          const from = worldStart + (isWhole ? Math.floor(start / (15 * minuteMs)) * 15 * minuteMs : start);
          return {
            from: new Date(Math.min(from, worldNow.getTime() - 1)).toISOString(),
            to: new Date(from + length + minuteMs).toISOString(),
          };
        }),
    ),
    fc.constantFrom(undefined, ...worldZones),
  )
  .map(([window, tz]) => ({ ...window, ...(tz === undefined ? {} : { tz }) }));
