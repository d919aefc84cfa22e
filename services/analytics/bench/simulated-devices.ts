import type { AppEventInput } from "@mobigen/analytics-contract";

/** What the fleet looks like; the shares are those of a mid-sized app: two screens in three, a few custom events. */
export const eventsPerSession = 20;
export const sessionsPerBatch = 5;
export const eventsPerBatch = eventsPerSession * sessionsPerBatch;

const screens = ["Home", "Search", "Product", "Cart", "Checkout", "Profile", "Orders", "Help", "Settings", "Reviews"];
const actions = ["add_to_cart", "purchase_completed", "share", "sign_up", "filter_changed"];
const versions = ["1.0.0", "1.1.0", "1.2.0", "2.0.0"];
const systems = [
  { platform: "ios", osVersion: "17.2" },
  { platform: "ios", osVersion: "18.1" },
  { platform: "android", osVersion: "14" },
  { platform: "android", osVersion: "15" },
];

/** A small seeded generator (mulberry32): the same seed is the same fleet, on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * One batch of one project: five sessions of twenty events each, somewhere in the two hours before `end` (milliseconds). Ids
 * are unique for each (seed, batch).
 */
export function simulateBatch(seed: number, batch: number, projectId: string, end: number): AppEventInput[] {
  const random = seededRandom((seed % 1_000_003) * 4_099 + batch);
  const events: AppEventInput[] = [];
  for (let s = 0; s < sessionsPerBatch; s += 1) {
    const sessionId = randomUuid(random);
    // Installs come back: 5,000 a project.
    const anonymousId = `install-${Math.floor(random() * 5_000)}`;
    const device = { ...pick(random, systems), appVersion: pick(random, versions) };
    let at = end - Math.floor(random() * 2 * 3_600_000);
    for (let n = 0; n < eventsPerSession; n += 1) {
      at = Math.min(at + Math.floor(random() * 20_000), end);
      const isScreen = random() < 0.7;
      events.push({
        eventId: randomUuid(random),
        type: isScreen ? "screen_view" : "custom",
        sessionId,
        projectId,
        timestamp: new Date(at).toISOString(),
        anonymousId,
        properties: isScreen
          ? { screenName: pick(random, screens) }
          : { eventName: pick(random, actions), total: Math.floor(random() * 10_000) / 100 },
        device,
      });
    }
  }
  return events;
}

function pick<T>(random: () => number, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)] as T;
}

function randomUuid(random: () => number): string {
  let hex = "";
  for (let n = 0; n < 4; n += 1)
    hex += Math.floor(random() * 4_294_967_296)
      .toString(16)
      .padStart(8, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
