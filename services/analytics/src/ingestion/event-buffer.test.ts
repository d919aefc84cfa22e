import { describe, expect, it } from "vitest";
import { appEvent, eventBatch } from "../../test/support/app-events.js";
import type { BatchOutcome, EventBatch } from "../stores/event-store.js";
import { createEventBuffer } from "./event-buffer.js";

const project = (id: string, projectKey: number) => ({ id, projectKey, timezone: "UTC", eventsPerMinute: 1_000 });
const events = (count: number) =>
  eventBatch(
    0,
    Array.from({ length: count }, (_, n) => appEvent({ eventId: `event-${n}`, at: "2026-01-03T12:00:00Z" })),
  );

/** A store whose commits wait until they are told to go on. */
function heldStore() {
  const flushes: { batches: readonly EventBatch[]; commit: () => void; fail: (error: Error) => void }[] = [];
  const append = (batches: readonly EventBatch[]) =>
    new Promise<BatchOutcome[]>((resolve, reject) => {
      flushes.push({ batches, commit: () => resolve(batches.map(() => ({ duplicates: 0 }))), fail: reject });
    });
  return { append, flushes };
}

function bufferOn(append: (batches: readonly EventBatch[]) => Promise<BatchOutcome[]>) {
  return createEventBuffer({
    append,
    maxQueuedEvents: 10,
    maxQueuedBytes: 1_000_000,
    maxFlushEvents: 100,
    flushIntervalMs: 0,
    concurrentFlushes: 1,
  });
}

describe("event buffer", () => {
  it("answers after the commit and shows until then what waits, by project", async () => {
    const { append, flushes } = heldStore();
    const buffer = bufferOn(append);
    const replies = [buffer.submit(project("a", 1), events(2)), buffer.submit(project("b", 2), events(3))];
    await expect.poll(() => flushes.length).toBe(1);
    expect(buffer.waitingByProject()).toEqual({ a: 2, b: 3 });
    flushes[0]?.commit();
    expect(await Promise.all(replies)).toEqual([{ duplicates: 0 }, { duplicates: 0 }]);
    expect(buffer.waitingByProject()).toEqual({});
  });

  it("refuses at once what does not fit, and takes events again when there is room", async () => {
    const { append, flushes } = heldStore();
    const buffer = bufferOn(append);
    const first = buffer.submit(project("a", 1), events(8));
    await expect(buffer.submit(project("b", 2), events(3))).rejects.toMatchObject({ code: "overloaded", status: 503 });
    expect(buffer.waitingByProject()).toEqual({ a: 8 });
    await expect.poll(() => flushes.length).toBe(1);
    flushes[0]?.commit();
    await first;
    const second = buffer.submit(project("b", 2), events(3));
    await expect.poll(() => flushes.length).toBe(2);
    flushes[1]?.commit();
    expect(await second).toEqual({ duplicates: 0 });
  });

  it("takes a batch of refused events alone to the store, and bounds how many of those wait", async () => {
    const { append, flushes } = heldStore();
    const buffer = bufferOn(append);
    const refused = () => buffer.submit(project("a", 1), eventBatch(0, [], ["too_old", "invalid_type"]));
    const replies = Array.from({ length: 10 }, refused);
    await expect(refused()).rejects.toMatchObject({ code: "overloaded" });
    expect(buffer.waitingByProject()).toEqual({});
    await expect.poll(() => flushes.length).toBe(1);
    expect(flushes[0]?.batches[0]).toMatchObject({
      projectKey: 1,
      received: 2,
      events: [],
      rejected: ["too_old", "invalid_type"],
    });
    flushes[0]?.commit();
    await Promise.all(replies);
  });

  it("counts nothing as waiting after a failed commit", async () => {
    const { append, flushes } = heldStore();
    const buffer = bufferOn(append);
    const reply = buffer.submit(project("__proto__", 1), events(2));
    await expect.poll(() => flushes.length).toBe(1);
    expect(JSON.stringify(buffer.waitingByProject())).toBe('{"__proto__":2}');
    flushes[0]?.fail(new Error("the disk is full"));
    await expect(reply).rejects.toThrow("the disk is full");
    expect(buffer.waitingByProject()).toEqual({});
    await buffer.drain();
  });
});
