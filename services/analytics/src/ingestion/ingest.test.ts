import { describe, expect, it } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.js";
import type { EventBatch } from "../stores/event-store.js";
import { createEventBuffer } from "./event-buffer.js";
import { createIngest } from "./ingest.js";

const project = { id: "project-abc", projectKey: 1, timezone: "UTC", eventsPerMinute: 1_000 };
const now = "2026-01-03T12:00:00Z";
const sent = (eventId: string, more: object = {}) => ({
  eventId,
  type: "tap",
  sessionId: "s",
  timestamp: now,
  ...more,
});

/** Ingestion into a store that only keeps what it is given, and calls the first event of each batch a duplicate. */
function keepingIngest() {
  const kept: EventBatch[] = [];
  const buffer = createEventBuffer({
    append: async (batches) => {
      kept.push(...batches);
      return batches.map(() => ({ duplicates: 1 }));
    },
    maxQueuedEvents: 100,
    maxQueuedBytes: 1_000_000,
    maxFlushEvents: 100,
    flushIntervalMs: 0,
    concurrentFlushes: 1,
  });
  const window = { pastMs: 30 * 86_400_000, aheadMs: 86_400_000 };
  return { ingest: createIngest({ buffer, clock: new FakeClock(now).now, window }), kept };
}

describe("ingest", () => {
  it("stores the good events of a batch and names the bad ones by index", async () => {
    const { ingest, kept } = keepingIngest();
    const events = [sent("a"), sent("b", { timestamp: "2100-01-01T00:00:00Z" }), "c", sent("d")];
    expect(await ingest({ project, events })).toEqual({
      accepted: 2,
      rejected: 2,
      duplicates: 1,
      errors: [
        expect.objectContaining({ index: 1, eventId: "b", code: "too_far_ahead", retryable: true }),
        expect.objectContaining({ index: 2, eventId: null, code: "not_an_object", retryable: false }),
      ],
    });
    expect(kept.map((batch) => batch.events.map((event) => event.eventIdText))).toEqual([["a", "d"]]);
    expect(kept).toMatchObject([
      { projectKey: 1, receivedAt: Date.parse(now), received: 4, rejected: ["too_far_ahead", "not_an_object"] },
    ]);
  });

  it("tells the ledger of a batch of which nothing is left", async () => {
    const { ingest, kept } = keepingIngest();
    expect(await ingest({ project, events: [1, 2] })).toMatchObject({ accepted: 0, rejected: 2 });
    expect(kept).toMatchObject([{ received: 2, events: [], rejected: ["not_an_object", "not_an_object"] }]);
  });

  it.each(["1970-01-01T00:00:00.000Z", "1970-01-05T07:00:00Z", "2031-05-01T12:00:00Z", "2099-12-31T23:59:59.999Z"])(
    "takes the events of a device whose clock stands at %s, at the right time",
    async (clock) => {
      const { ingest, kept } = keepingIngest();
      await ingest({ project, events: [sent("a", { timestamp: clock })], sentAt: Date.parse(clock) + 5_000 });
      expect(kept[0]?.events).toMatchObject([{ occurredAt: Date.parse(clock), correctedAt: Date.parse(now) - 5_000 }]);
    },
  );

  it.each([
    ["2026-01-03T12:10:00Z", null],
    ["2026-01-03T11:50:00Z", null],
    ["2026-01-03T12:10:00.001Z", "2026-01-03T11:49:59.999Z"],
    ["2026-01-03T10:00:00Z", "2026-01-03T14:00:00Z"],
    [undefined, null],
  ])("sent at %s by the device's clock, counts the events at %s", async (sentAt, corrected) => {
    const { ingest, kept } = keepingIngest();
    await ingest({ project, events: [sent("a")], sentAt: sentAt === undefined ? undefined : Date.parse(sentAt) });
    expect(kept[0]?.events[0]).toMatchObject({
      occurredAt: Date.parse(now),
      correctedAt: corrected && Date.parse(corrected),
    });
  });

  it("marks the events of a bot", async () => {
    const { ingest, kept } = keepingIngest();
    await ingest({ project, events: [sent("a")], userAgent: "Googlebot/2.1" });
    await ingest({ project, events: [sent("b")], userAgent: "okhttp/4.12.0" });
    expect(kept.map((batch) => batch.events[0]?.isBot)).toEqual([true, false]);
  });
});
