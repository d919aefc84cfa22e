import { describe, expect, it } from "vitest";
import { appEvent, eventBatch } from "../../test/support/app-events.js";
import type { EventBatch } from "../stores/event-store.js";
import { ledgerDeltas } from "./ledger-deltas.js";

const at = (time: string): number => Date.parse(`2026-01-04T${time}Z`);
const events = (count: number) =>
  Array.from({ length: count }, (_, n) => appEvent({ eventId: `${n}`, at: "2025-12-24T00:00:00Z" }));

function batch(projectKey: number, time: string, count: number, rejected: EventBatch["rejected"] = []): EventBatch {
  return { ...eventBatch(projectKey, events(count), rejected), receivedAt: at(time) };
}

describe("ledgerDeltas", () => {
  it("is empty for nothing received", () => {
    expect(ledgerDeltas([])).toEqual({ ledger: [], rejections: [] });
    expect(ledgerDeltas([{ batch: batch(1, "12:00:00", 0), stored: 0 }])).toEqual({ ledger: [], rejections: [] });
  });

  it("adds up by project and the quarter of an hour of the receipt, in the order of the keys", () => {
    const { ledger, rejections } = ledgerDeltas([
      { batch: batch(2, "12:14:59.999", 3, ["too_old"]), stored: 3 },
      { batch: batch(1, "12:15:00", 2, ["too_old", "invalid_type", "too_old"]), stored: 0 },
      { batch: batch(1, "12:00:00", 5), stored: 4 },
      { batch: batch(1, "12:20:00", 0, ["invalid_type"]), stored: 0 },
    ]);
    expect(ledger).toEqual([
      { projectKey: 1, bucket: at("12:00:00"), received: 5, stored: 4, duplicates: 1, rejected: 0 },
      { projectKey: 1, bucket: at("12:15:00"), received: 6, stored: 0, duplicates: 2, rejected: 4 },
      { projectKey: 2, bucket: at("12:00:00"), received: 4, stored: 3, duplicates: 0, rejected: 1 },
    ]);
    expect(rejections).toEqual([
      { projectKey: 1, bucket: at("12:15:00"), reason: "invalid_type", events: 2 },
      { projectKey: 1, bucket: at("12:15:00"), reason: "too_old", events: 2 },
      { projectKey: 2, bucket: at("12:00:00"), reason: "too_old", events: 1 },
    ]);
  });

  it("does not make up what a request held from what became of it", () => {
    // As if two events had got lost between the request and the rows: the ledger must show it.
    const { ledger } = ledgerDeltas([{ batch: { ...batch(1, "12:00:00", 5), received: 7 }, stored: 5 }]);
    expect(ledger).toMatchObject([{ received: 7, stored: 5, duplicates: 0, rejected: 0 }]);
  });
});
