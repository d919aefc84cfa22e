import type { AppEventInput, PlatformEventInput, UsageRecordInput } from "@mobigen/analytics-contract";
import { costOfTokens, parseMoney } from "../../src/money.js";
import { adminToken } from "../environment.js";
import type { ProjectKey } from "../load-client.js";
import type { Entry, EventEntry } from "./notebook.js";

/** What a client sends in one go, and again when it must: the entries a success acknowledges, and how many are bad on purpose. */
export type Batch = {
  path: string;
  headers: Record<string, string>;
  body: string;
  entries: Entry[];
  rejected: number;
  /** No entry of it was sent before: no reply to its first attempt may speak of duplicates. */
  isFresh: boolean;
};

/** Draws a number in [0, 1); the same seed draws the same ones. */
export type Random = () => number;

export type Traffic = { next(): Batch };

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Entries a client may send again later, of those it sent. */
const maxRemembered = 200;
const maxEventsPerBatch = 40;
const maxRecordsPerBatch = 20;

const prices: Record<string, [input: string, output: string]> = {
  "claude-3-opus-20240229": ["15", "75"],
  "claude-3-sonnet-20240229": ["3", "15"],
  "claude-3-haiku-20240307": ["0.25", "1.25"],
};
const models = [...Object.keys(prices), "a-model-without-a-price"];
const platformEvents = [
  "user.login",
  "generation.started",
  "generation.completed",
  "generation.failed",
  "build.completed",
];
const screens = ["Home", "Search", "Cart", "Checkout", "Profile"];

export type TrafficOptions = {
  client: string;
  random: Random;
  projects: readonly ProjectKey[];
  /** App events alone. */
  eventsOnly?: boolean;
};

/** Everything one client will send, drawn from its own seed. Clients share projects, sessions, installs, users and rollup rows. */
export function createTraffic({ client, random, projects, eventsOnly = false }: TrafficOptions): Traffic {
  const remembered: { event: AppEventInput; entry: EventEntry }[] = [];
  let made = 0;

  const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const nextId = (): string => {
    made += 1;
    return `${client}-${made}`;
  };

  function next(): Batch {
    const dice = eventsOnly ? 0 : random();
    if (dice < 0.55) return eventBatch(pick(projects));
    if (dice < 0.65) return singleEvent(pick(projects));
    if (dice < 0.85) return usage();
    return platform();
  }

  function eventBatch(project: ProjectKey): Batch {
    const sent: { event: AppEventInput; entry: EventEntry }[] = [];
    for (let n = between(1, maxEventsPerBatch); n > 0; n -= 1) sent.push(event(project.id));
    const again =
      random() < 0.25 ? remembered.filter(({ entry }) => entry.projectId === project.id).slice(-between(1, 8)) : [];
    const bad = random() < 0.1 ? [{ ...event(project.id).event, timestamp: "1970-01-01T00:00:00Z" }] : [];
    remember(sent);
    // A clock that is off, which the batch owns up to: the identity stays as the device sent it.
    const sentAt = random() < 0.1 ? { sentAt: new Date(Date.now() - between(15, 45) * minuteMs).toISOString() } : {};
    const all = [...sent, ...again];
    const body = {
      batchId: nextId(),
      projectId: project.id,
      events: [...bad, ...all.map((one) => one.event)],
      ...sentAt,
    };
    return {
      path: "/api/events",
      headers: { "x-api-key": project.key },
      body: JSON.stringify(body),
      entries: all.map((one) => one.entry),
      rejected: bad.length,
      isFresh: again.length === 0,
    };
  }

  function singleEvent(project: ProjectKey): Batch {
    const sent = event(project.id);
    remember([sent]);
    return {
      path: "/api/events/single",
      headers: { "x-api-key": project.key },
      body: JSON.stringify(sent.event),
      entries: [sent.entry],
      rejected: 0,
      isFresh: true,
    };
  }

  function remember(sent: readonly { event: AppEventInput; entry: EventEntry }[]): void {
    remembered.push(...sent);
    remembered.splice(0, Math.max(0, remembered.length - maxRemembered));
  }

  function event(projectId: string): { event: AppEventInput; entry: EventEntry } {
    const at = eventTime();
    const isTimed = random() < 0.95;
    // Without a timestamp a UUIDv7's own time holds; most other ids are UUIDs too, some any text.
    const eventId = isTimed && random() < 0.1 ? `text/${nextId()}` : uuid(isTimed ? 4 : 7, at);
    const isScreen = random() < 0.7;
    return {
      event: {
        eventId,
        type: isScreen ? "screen_view" : "custom",
        sessionId: `session-${between(1, 40)}`,
        projectId,
        ...(isTimed ? { timestamp: new Date(at).toISOString() } : {}),
        anonymousId: `install-${between(1, 60)}`,
        properties: isScreen ? { screenName: pick(screens) } : { eventName: `action-${between(1, 6)}`, n: made },
        device: { platform: pick(["ios", "android"]), appVersion: pick(["1.0.0", "1.1.0"]) },
      },
      entry: { kind: "event", id: eventId, projectId, occurredAt: at },
    };
  }

  // Most just now, some days late, some from a clock that is hours ahead.
  function eventTime(): number {
    const dice = random();
    if (dice < 0.15) return Date.now() - between(hourMs, 28 * dayMs);
    if (dice < 0.2) return Date.now() + between(minuteMs, 20 * hourMs);
    return Date.now() - between(0, minuteMs);
  }

  // What was used tomorrow is in no sum of today's, so none of it is sent.
  function recordTime(): number {
    return Math.min(eventTime(), Date.now());
  }

  function uuid(version: 4 | 7, at: number): string {
    const digits = (count: number): string =>
      Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join("");
    const head = version === 7 ? at.toString(16).padStart(12, "0") : digits(12);
    return `${head.slice(0, 8)}-${head.slice(8)}-${version}${digits(3)}-a${digits(3)}-${digits(12)}`;
  }

  function usage(): Batch {
    const records = Array.from({ length: random() < 0.5 ? 1 : between(2, maxRecordsPerBatch) }, usageRecord);
    return platformBatch(
      "/usage/api",
      records.map(({ record }) => record),
      records.map(({ entry }) => entry),
    );
  }

  function usageRecord(): { record: UsageRecordInput; entry: Entry } {
    const model = pick(models);
    const price = prices[model];
    const [inputTokens, outputTokens] = [between(1, 9_999), between(0, 4_999)];
    const cost =
      price === undefined
        ? null
        : costOfTokens(inputTokens, parseMoney(price[0])).plus(costOfTokens(outputTokens, parseMoney(price[1])));
    const id = `request-${nextId()}`;
    const userId = `crash-user-${between(1, 8)}`;
    const projectId = random() < 0.8 ? `crash-app-${between(1, 6)}` : null;
    const record = {
      userId,
      ...(projectId === null ? {} : { projectId }),
      model,
      inputTokens,
      outputTokens,
      requestId: id,
      ...(random() < 0.5 ? { timestamp: new Date(recordTime()).toISOString() } : {}),
    };
    return { record, entry: { kind: "usage", id, userId, projectId, inputTokens, outputTokens, cost } };
  }

  function platform(): Batch {
    const events = Array.from({ length: random() < 0.5 ? 1 : between(2, maxRecordsPerBatch) }, platformEvent);
    return platformBatch(
      "/events",
      events.map(({ event }) => event),
      events.map(({ entry }) => entry),
    );
  }

  function platformEvent(): { event: PlatformEventInput; entry: Entry } {
    const id = `happened-${nextId()}`;
    const isRegistration = random() < 0.1;
    const name = isRegistration ? "project.created" : pick(platformEvents);
    const projectId = isRegistration ? `made-by-${id}` : `crash-app-${between(1, 6)}`;
    const event = {
      event: name,
      eventId: id,
      userId: `crash-user-${between(1, 8)}`,
      projectId,
      ...(random() < 0.5 ? { timestamp: new Date(recordTime()).toISOString() } : {}),
      ...(isRegistration ? { metadata: { name: `App of ${id}` } } : {}),
    };
    return { event, entry: { kind: "platform", id, event: name, projectId } };
  }

  return { next };
}

function platformBatch(path: string, items: readonly object[], entries: Entry[]): Batch {
  return {
    path,
    headers: { authorization: `Bearer ${adminToken}` },
    body: JSON.stringify(items.length === 1 ? items[0] : items),
    entries,
    rejected: 0,
    isFresh: true,
  };
}
