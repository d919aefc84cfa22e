import { describe, expect, it } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.js";
import type { AppEvent } from "../stores/event-store.js";
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
  const kept: (readonly AppEvent[])[] = [];
  const buffer = createEventBuffer({
    append: async (batches) => {
      kept.push(...batches.map((batch) => batch.events));
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
    expect(kept.map((batch) => batch.map((event) => event.eventIdText))).toEqual([["a", "d"]]);
  });

  it("does not trouble the store where nothing is left", async () => {
    const { ingest, kept } = keepingIngest();
    expect(await ingest({ project, events: [1, 2] })).toMatchObject({ accepted: 0, rejected: 2 });
    expect(kept).toEqual([]);
  });

  it.each([
    ["2026-01-03T12:10:00Z", null],
    ["2026-01-03T11:50:00Z", null],
    ["2026-01-03T12:10:00.001Z", "2026-01-03T11:49:59.999Z"],
    ["2026-01-03T10:00:00Z", "2026-01-03T14:00:00Z"],
    [undefined, null],
  ])("sent at %s by the device's clock, counts the events at %s", async (sentAt, corrected) => {
    const { ingest, kept } = keepingIngest();
    await ingest({ project, events: [sent("a")], sentAt: sentAt === undefined ? undefined : Date.parse(sentAt) });
    expect(kept[0]?.[0]).toMatchObject({
      occurredAt: Date.parse(now),
      correctedAt: corrected && Date.parse(corrected),
    });
  });

  it("marks the events of a bot", async () => {
    const { ingest, kept } = keepingIngest();
    await ingest({ project, events: [sent("a")], userAgent: "Googlebot/2.1" });
    await ingest({ project, events: [sent("b")], userAgent: "okhttp/4.12.0" });
    expect(kept.map((batch) => batch[0]?.isBot)).toEqual([true, false]);
  });
});
