import { describe } from "vitest";
import { createMemoryCacheStore } from "../../src/stores/memory/cache-store.js";
import { createMemoryCounterStore } from "../../src/stores/memory/counter-store.js";
import { createMemoryRateLimitStore } from "../../src/stores/memory/rate-limit-store.js";
import { itCaches } from "./cache-contract.js";
import { itKeepsCounters } from "./counters-contract.js";
import { itLimitsRates } from "./rate-limit-contract.js";

describe("in memory", () => {
  let counters = createMemoryCounterStore();
  let limits = createMemoryRateLimitStore();
  let cache = createMemoryCacheStore();

  async function reset(): Promise<void> {
    counters = createMemoryCounterStore();
    limits = createMemoryRateLimitStore();
    cache = createMemoryCacheStore();
  }

  itKeepsCounters(() => ({ counters, reset }));
  itLimitsRates(() => ({ limits, reset }));
  itCaches(() => ({ cache, reset }));
});
