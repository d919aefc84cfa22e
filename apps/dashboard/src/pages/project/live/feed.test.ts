import type { TimelineEvent } from "@mobigen/analytics-contract";
import { expect, it } from "vitest";
import { addEvents, addRecent, emptyFeed, mostShown } from "./feed";

const event = (n: number) => ({ eventId: `e${n}` }) as TimelineEvent;
const events = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => event(from + n));
const idsOf = (feed: typeof emptyFeed) => feed.events.map(({ eventId }) => eventId);

it("shows the newest first, and counts what came and what was left out", () => {
  const feed = addEvents(addEvents(emptyFeed, events(0, 2), 0), events(2, 4), 5);
  expect(idsOf(feed)).toEqual(["e3", "e2", "e1", "e0"]);
  expect([feed.received, feed.skipped]).toEqual([9, 5]);
});

it("shows an event once, though it comes again with what is sent after a reconnect", () => {
  // What was recent comes newest first.
  const feed = addRecent(addEvents(emptyFeed, events(0, 3), 0), events(1, 5).toReversed());
  expect(idsOf(feed)).toEqual(["e4", "e3", "e2", "e1", "e0"]);
  expect(feed.received).toBe(3);
});

it("keeps as many as anyone reads", () => {
  const feed = addEvents(emptyFeed, events(0, mostShown + 50), 0);
  expect([feed.events.length, idsOf(feed)[0]]).toEqual([mostShown, `e${mostShown + 49}`]);
});
