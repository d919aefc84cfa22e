import type { LiveEvents, LiveHello, TimelineEvent } from "@mobigen/analytics-contract";
import type { Logger } from "../logger.js";
import type { EventArrival, LiveEventStore } from "../stores/live-event-store.js";
import type { Clock } from "../types.js";
import { type InsightProject, instant } from "./question.js";
import { toTimelineEvent } from "./timeline.js";

/** One look a second at the newest events of a project, however many watch it; none where nobody does. */
const pollMs = 1_000;
const retryMs = 5_000;
/** What a message, and a hello, shows. */
export const maxShownEvents = 50;
// A look walks over the events of the last hours, no more than these; and of at most a day, so late ones are seen too.
const maxWalkedEvents = 10_000;
const maxReachMs = 24 * 3_600_000;
// Clocks that are ahead.
const aheadMs = 10 * 60_000;
// Flushes are committed in no order, and the clocks of replicas differ: who came in since then may still turn up.
const overlapMs = 10_000;
const maxArrivals = 5_000;

export type LiveViewer = { hello(message: LiveHello): void; events(message: LiveEvents): void };

export type LiveFeed = {
  /** Says hello, then brings what comes in until the answer is called. Rejects where the database can't be read. */
  watch(project: InsightProject, viewer: LiveViewer): Promise<() => void>;
  stop(): void;
};

/** What comes in, by looking: so it costs ingestion nothing and sees what any replica stored. */
export function createLiveFeed(deps: { store: LiveEventStore; clock: Clock; logger: Pick<Logger, "warn"> }): LiveFeed {
  const channels = new Map<number, Channel>();
  return {
    async watch(project, viewer) {
      const { projectKey } = project;
      const channel = channels.get(projectKey) ?? openChannel(deps, projectKey, () => channels.delete(projectKey));
      channels.set(projectKey, channel);
      return channel.join(viewer);
    },
    stop() {
      for (const channel of channels.values()) channel.close();
    },
  };
}

type Channel = { join(viewer: LiveViewer): Promise<() => void>; close(): void };

function openChannel(
  { store, clock, logger }: Parameters<typeof createLiveFeed>[0],
  projectKey: number,
  onClose: () => void,
): Channel {
  const viewers = new Set<Pick<LiveViewer, "events">>();
  let waiting = 0;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  // What was shown, or is older than the channel, by identity; no more than the arrivals of one look.
  let known = new Set<string>();
  let since = clock().getTime() - overlapMs;
  // What a hello shows, by identity alone: the events are read for each, so that nobody who was erased is remembered here.
  let recent: EventArrival[] = [];
  const begun = begin();
  // Who joins hears of it.
  begun.catch(close);

  async function begin(): Promise<void> {
    // In this order: what is committed between the two is shown. The other way round it would be known and never shown.
    const overlapping = await look(since, maxArrivals);
    const latest = await look(0, maxShownEvents);
    recent = latest;
    known = new Set([...overlapping, ...latest].map(identityOf));
    if (!isClosed) timer = setTimeout(poll, pollMs);
  }

  async function look(receivedFrom: number, limit: number): Promise<EventArrival[]> {
    const now = clock().getTime();
    const window = { from: now - maxReachMs, to: now + aheadMs };
    const from = await store.reachOf(projectKey, window, maxWalkedEvents);
    return store.arrivals(projectKey, { ...window, from }, receivedFrom, limit);
  }

  async function show(arrivals: readonly EventArrival[]): Promise<TimelineEvent[]> {
    const events = new Map((await store.eventsOf(projectKey, arrivals)).map((event) => [identityOf(event), event]));
    return arrivals.flatMap((arrival) => {
      const event = events.get(identityOf(arrival));
      return event === undefined ? [] : [toTimelineEvent(event)];
    });
  }

  async function poll(): Promise<void> {
    let wait = pollMs;
    try {
      const arrivals = await look(since, maxArrivals);
      const fresh = arrivals.filter((arrival) => !known.has(identityOf(arrival)));
      const shown = await show(fresh.slice(0, maxShownEvents));
      known = new Set(arrivals.map(identityOf));
      since = Math.max(since, (arrivals[0]?.receivedAt ?? 0) - overlapMs);
      recent = [...fresh, ...recent].slice(0, maxShownEvents);
      const skipped = Math.max(0, fresh.length - maxShownEvents);
      const message = { at: instant(clock().getTime()), events: shown.toReversed(), skipped };
      if (fresh.length > 0) for (const viewer of viewers) viewer.events(message);
    } catch (error) {
      // Nobody is told: the stream is open and goes on when the database is back.
      wait = retryMs;
      logger.warn({ err: error }, "no look at live events");
    }
    if (!isClosed) timer = setTimeout(poll, wait);
  }

  /** What comes in while a hello is read is kept until it is said: no more than a statement's time holds of looks. */
  async function greet(viewer: LiveViewer): Promise<void> {
    const early: LiveEvents[] = [];
    const keeper = { events: (message: LiveEvents) => void early.push(message) };
    viewers.add(keeper);
    try {
      const shown = await show(recent);
      viewer.hello({ at: instant(clock().getTime()), recent: shown });
    } finally {
      viewers.delete(keeper);
    }
    for (const message of early) viewer.events(message);
    viewers.add(viewer);
  }

  function closeWhenAlone(): void {
    if (viewers.size + waiting === 0) close();
  }

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    clearTimeout(timer);
    onClose();
  }

  return {
    async join(viewer) {
      waiting += 1;
      try {
        await begun;
        await greet(viewer);
      } finally {
        waiting -= 1;
        closeWhenAlone();
      }
      return () => {
        if (viewers.delete(viewer)) closeWhenAlone();
      };
    },
    close,
  };
}

function identityOf({ eventKey, occurredAt }: Pick<EventArrival, "eventKey" | "occurredAt">): string {
  return `${eventKey}/${occurredAt}`;
}
