import type { TimelineEvent } from "@mobigen/analytics-contract";

/** What is kept of the stream: more is read by nobody. */
export const mostShown = 200;

export type Feed = {
  /** Newest first. */
  events: readonly TimelineEvent[];
  /** Came while the page was open. */
  received: number;
  /** Came, and were too many to be shown. */
  skipped: number;
};

export const emptyFeed: Feed = { events: [], received: 0, skipped: 0 };

/** What came last before the stream was open; after a reconnect it overlaps with what is shown. */
export function addRecent(feed: Feed, recent: readonly TimelineEvent[]): Feed {
  return { ...feed, events: newestFirst([...recent.toReversed()], feed.events) };
}

/** `events` oldest first. */
export function addEvents(feed: Feed, events: readonly TimelineEvent[], skipped: number): Feed {
  return {
    events: newestFirst(events, feed.events),
    received: feed.received + events.length + skipped,
    skipped: feed.skipped + skipped,
  };
}

function newestFirst(oldestFirst: readonly TimelineEvent[], shown: readonly TimelineEvent[]): TimelineEvent[] {
  const known = new Set(shown.map(({ eventId }) => eventId));
  const added = oldestFirst.filter(({ eventId }) => !known.has(eventId)).toReversed();
  return [...added, ...shown].slice(0, mostShown);
}
