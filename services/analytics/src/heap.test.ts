import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { keepHeapSmall } from "./heap.js";

const heapMb = (): number => process.memoryUsage().heapUsed / 2 ** 20;

it("gives back what a busy process left, once it is calm", async () => {
  keepHeapSmall(200);
  const before = heapMb();
  let kept: number[][] = [];
  const end = Date.now() + 600;
  for (let n = 0; Date.now() < end; n += 1) {
    if (kept.length < 500) kept.push(Array.from({ length: 10_000 }, (_, index) => index + n));
    // Ticks of the event loop, or the timer that looks would never come.
    if (n % 20 === 0) await new Promise(setImmediate);
  }
  const busy = heapMb();
  kept = [];
  await sleep(1_200);
  expect(busy - before).toBeGreaterThan(30);
  expect(heapMb() - before).toBeLessThan(10);
});
