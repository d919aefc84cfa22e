import pino from "pino";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createCounterHealer } from "./counter-healer.js";
import type { CounterTruth, CounterValues } from "./stores/counter-store.js";
import { createMemoryCounterStore } from "./stores/memory/counter-store.js";

const now = new Date("2026-03-18T12:10:00Z");
const silent = pino({ level: "silent" });
const truthOf = (tokens: number): CounterValues => ({
  users: new Map([["u", { tokens, requests: 1 }]]),
  projects: new Map(),
  globalTokensThisHour: tokens,
});

function setUp(truth: (counters: ReturnType<typeof createMemoryCounterStore>) => CounterTruth) {
  const counters = createMemoryCounterStore();
  const healer = createCounterHealer({ counters, truth: truth(counters), clock: () => now, logger: silent });
  const tokens = async () => (await counters.read({ userIds: ["u"], projectIds: [] }, now))?.users.get("u")?.tokens;
  return { healer, tokens };
}

describe("heal", () => {
  it("puts the truth in the counters' place", async () => {
    const { healer, tokens } = setUp(() => async () => truthOf(7));
    expect(await healer.heal()).toBe("healed");
    expect(await tokens()).toBe(7);
  });

  it("looks again when usage was counted while it looked", async () => {
    let looked = 0;
    const { healer, tokens } = setUp((counters) => async (at) => {
      looked += 1;
      if (looked > 1) return truthOf(12);
      const entry = { userId: "u", projectId: null, tokens: 5, requests: 1, occurredAt: at };
      await counters.recordUsage({ at, entries: [entry] });
      return truthOf(7);
    });
    expect(await healer.heal()).toBe("healed");
    expect([looked, await tokens()]).toEqual([2, 12]);
  });

  it("comes to an end under load that never pauses", async () => {
    let looked = 0;
    const { healer } = setUp((counters) => async (at) => {
      looked += 1;
      await counters.recordUsage({ at, entries: [] });
      return truthOf(looked);
    });
    expect(await healer.heal()).toBe("healed");
    expect(looked).toBe(5);
  });

  it("looks once for all who ask at once", async () => {
    let looked = 0;
    const { healer } = setUp(() => async () => truthOf(++looked));
    await Promise.all([healer.heal(), healer.heal(), healer.heal()]);
    expect(looked).toBe(1);
  });

  it("leaves the counters alone when the database is away", async () => {
    const { healer, tokens } = setUp(() => async () => {
      throw new Error("away");
    });
    expect(await healer.heal()).toBe("failed");
    expect(await tokens()).toBe(0);
  });
});

describe("recover", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("tries again until the database is back", async () => {
    let looked = 0;
    const { healer, tokens } = setUp(() => async () => {
      looked += 1;
      if (looked < 4) throw new Error("away");
      return truthOf(7);
    });
    expect(await healer.recover()).toBe("failed");
    await vi.advanceTimersByTimeAsync(1_000 + 2_000);
    expect([looked, await tokens()]).toEqual([3, 0]);
    await vi.advanceTimersByTimeAsync(4_000);
    expect([looked, await tokens()]).toEqual([4, 7]);
  });

  it("looks a second time, for what was counted after the first look though it was in it", async () => {
    let looked = 0;
    const { healer, tokens } = setUp((counters) => async (at) => {
      looked += 1;
      const entry = { userId: "u", projectId: null, tokens: 5, requests: 1, occurredAt: at };
      // Of a replica that was paused between its commit and its count.
      if (looked === 1) setTimeout(() => void counters.recordUsage({ at, entries: [entry] }), 3_000);
      return truthOf(12);
    });
    expect(await healer.recover()).toBe("healed");
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await tokens()).toBe(17);
    await vi.advanceTimersByTimeAsync(7_000);
    expect(await tokens()).toBe(12);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(looked).toBe(2);
  });

  it("is one recovery for a hundred troubles", async () => {
    let looked = 0;
    const { healer } = setUp(() => async () => truthOf(++looked));
    for (let n = 0; n < 100; n += 1) healer.recoverSoon();
    await vi.advanceTimersByTimeAsync(999);
    expect(looked).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(looked).toBe(1);
  });

  it("does nothing more once it is stopped", async () => {
    let looked = 0;
    const { healer } = setUp(() => async () => truthOf(++looked));
    await healer.recover();
    healer.stop();
    healer.recoverSoon();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(looked).toBe(1);
  });
});
