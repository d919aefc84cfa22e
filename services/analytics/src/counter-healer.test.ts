import pino from "pino";
import { describe, expect, it } from "vitest";
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
