import { describe, expect, it, vi } from "vitest";
import { ApiError } from "./errors.js";
import { createGroupCommit, type GroupCommitOptions } from "./group-commit.js";

const weight = { rows: 1, bytes: 10 };

function groupOf(
  flush: (items: number[]) => Promise<number[]>,
  more: Partial<GroupCommitOptions<number, number>> = {},
) {
  return createGroupCommit<number, number>({
    name: "test",
    flush,
    maxQueuedRows: 100,
    maxQueuedBytes: 10_000,
    maxFlushRows: 10,
    flushIntervalMs: 0,
    concurrentFlushes: 1,
    ...more,
  });
}

describe("group commit", () => {
  it("writes what came together in one flush and gives each item its own result", async () => {
    const flushes: number[][] = [];
    const group = groupOf(async (items) => {
      flushes.push(items);
      return items.map((n) => n * 2);
    });
    expect(await Promise.all([1, 2, 3].map((n) => group.submit(n, weight)))).toEqual([2, 4, 6]);
    expect(flushes).toEqual([[1, 2, 3]]);
    expect(group.queuedRows()).toBe(0);
  });

  it("never puts more rows in a flush than its bound, save for an item that is larger by itself", async () => {
    const sizes: number[] = [];
    const group = groupOf(async (items) => {
      sizes.push(items.length);
      return items;
    });
    await Promise.all([
      group.submit(0, { rows: 50, bytes: 1 }),
      ...Array.from({ length: 25 }, (_, n) => group.submit(n, weight)),
    ]);
    expect(sizes).toEqual([1, 10, 10, 5]);
  });

  it("keeps to the number of concurrent flushes", async () => {
    let running = 0;
    let most = 0;
    const group = groupOf(
      async (items) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return items;
      },
      { concurrentFlushes: 2, maxFlushRows: 5 },
    );
    await Promise.all(Array.from({ length: 40 }, (_, n) => group.submit(n, weight)));
    expect(most).toBe(2);
  });

  it("refuses at once what does not fit in the queue, and takes items again when it has room", async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const group = groupOf(
      async (items) => {
        await gate;
        return items;
      },
      { maxQueuedRows: 2 },
    );
    const held = [group.submit(1, weight), group.submit(2, weight)];
    await expect(group.submit(3, weight)).rejects.toMatchObject({ code: "overloaded" } satisfies Partial<ApiError>);
    await expect(group.submit(3, { rows: 0, bytes: 20_000 })).rejects.toBeInstanceOf(ApiError);
    release();
    await Promise.all(held);
    await expect(group.submit(4, weight)).resolves.toBe(4);
  });

  it("fails only the item that the database refuses, its neighbours are written", async () => {
    const group = groupOf(async (items) => {
      if (items.includes(7)) throw Object.assign(new Error("out of range"), { code: "22003" });
      return items;
    });
    const results = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => group.submit(n, weight)));
    expect(results.map((result) => result.status === "fulfilled")).toEqual(
      Array.from({ length: 10 }, (_, n) => n !== 7),
    );
  });

  it("fails every item of a flush when the database is gone, without trying again", async () => {
    let flushes = 0;
    const group = groupOf(async () => {
      flushes += 1;
      throw Object.assign(new Error("terminating connection"), { code: "57P01" });
    });
    const results = await Promise.allSettled([1, 2, 3].map((n) => group.submit(n, weight)));
    expect(results.every((result) => result.status === "rejected")).toBe(true);
    expect(flushes).toBe(1);
    expect(group.queuedRows()).toBe(0);
  });

  it("takes from every owner in turn, so that one who floods delays another by one flush at most", async () => {
    const flushes: number[][] = [];
    const group = groupOf(
      async (items) => {
        flushes.push(items);
        return items;
      },
      { maxFlushRows: 4, ownerOf: (n) => (n < 100 ? "flood" : n) },
    );
    await Promise.all([...Array.from({ length: 20 }, (_, n) => n), 100, 101].map((n) => group.submit(n, weight)));
    // The first flush was full before the others came.
    expect(flushes[0]).toEqual([0, 1, 2, 3]);
    expect(flushes[1]).toEqual(expect.arrayContaining([100, 101]));
    expect(flushes.flat().sort((a, b) => a - b)).toEqual([...Array.from({ length: 20 }, (_, n) => n), 100, 101]);
  });

  it("drains: resolves only when nothing waits and nothing is under way", async () => {
    const done: number[] = [];
    const group = groupOf(
      async (items) => {
        await new Promise((resolve) => setImmediate(resolve));
        done.push(...items);
        return items;
      },
      { maxFlushRows: 1 },
    );
    for (const n of [1, 2, 3]) void group.submit(n, weight);
    await group.drain();
    expect(done).toEqual([1, 2, 3]);
    await group.drain();
  });

  it("fails what has waited for long together with the flush that failed, and goes on with the rest", async () => {
    vi.useFakeTimers();
    try {
      let isHanging = true;
      const group = groupOf(
        async (items) => {
          if (!isHanging) return items;
          await new Promise((resolve) => setTimeout(resolve, 12_000));
          throw new Error("no answer");
        },
        { maxFlushRows: 1 },
      );
      const ends: string[] = [];
      const submit = (n: number) =>
        group.submit(n, weight).then(
          () => ends.push(`${n} stored`),
          () => ends.push(`${n} failed`),
        );
      for (const n of [1, 2, 3]) void submit(n);
      await vi.advanceTimersByTimeAsync(10_000);
      void submit(4);
      isHanging = false;
      await vi.advanceTimersByTimeAsync(2_001);
      await vi.advanceTimersByTimeAsync(100);
      expect(ends).toEqual(["1 failed", "2 failed", "3 failed", "4 stored"]);
      expect(group.queuedRows()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
