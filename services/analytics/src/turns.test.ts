import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { createTurns } from "./turns.js";

/** Work that goes on until it is told to end, and notes its number when it begins. */
function createWork() {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  return {
    begun,
    end: (n: number) => ends[n]?.(),
    work: (n: number) => () =>
      new Promise<number>((resolve) => {
        begun.push(n);
        ends[n] = () => resolve(n);
      }),
  };
}

it("runs so many at once, the others in the order of their coming", async () => {
  const turns = createTurns({ name: "answers", atOnce: 2, maxWaiting: 9, maxWaitMs: 10_000 });
  const { begun, end, work } = createWork();
  const all = [0, 1, 2, 3].map((n) => turns.run(work(n)));
  await sleep(5);
  expect(begun).toEqual([0, 1]);
  end(1);
  expect(await all[1]).toBe(1);
  await sleep(5);
  expect(begun).toEqual([0, 1, 2]);
  end(0);
  await sleep(5);
  expect(begun).toEqual([0, 1, 2, 3]);
  end(2);
  end(3);
  expect(await Promise.all(all)).toEqual([0, 1, 2, 3]);
});

it("gives the place of work that failed to the next", async () => {
  const turns = createTurns({ name: "answers", atOnce: 1, maxWaiting: 1, maxWaitMs: 10_000 });
  const failing = turns.run(() => Promise.reject(new Error("no")));
  const next = turns.run(() => Promise.resolve("yes"));
  await expect(failing).rejects.toThrow("no");
  expect(await next).toBe("yes");
});

it("refuses what comes beyond those who may wait, and who has waited long enough, and goes on", async () => {
  const turns = createTurns({ name: "answers", atOnce: 1, maxWaiting: 1, maxWaitMs: 30 });
  const { begun, end, work } = createWork();
  const first = turns.run(work(0));
  const late = turns.run(work(1));
  await expect(turns.run(work(2))).rejects.toMatchObject({ code: "overloaded" });
  await expect(late).rejects.toMatchObject({ code: "overloaded", message: expect.stringContaining("answers") });
  expect(begun).toEqual([0]);
  end(0);
  await first;
  const after = turns.run(work(3));
  await sleep(1);
  end(3);
  expect(await after).toBe(3);
});
