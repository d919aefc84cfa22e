import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createCredentialCache } from "./credential-cache.js";

const hash = Buffer.from("a hash");
const name = hash.toString("base64");

// What the look-up sees; a test changes it as a revocation on another replica would.
let active: Map<string, { id: string }>;
let asked: number;
let isAway: boolean;

function cacheOfActive() {
  return createCredentialCache(async (hashes) => {
    asked += 1;
    if (isAway) throw new Error("the database is away");
    return new Map([...active].filter(([known]) => hashes.includes(known)));
  });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  active = new Map([[name, { id: "k1" }]]);
  asked = 0;
  isAway = false;
});

afterEach(() => {
  vi.useRealTimers();
});

async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe("credential cache", () => {
  it("asks once in four seconds, then beside the requests", async () => {
    const cache = cacheOfActive();
    for (let n = 0; n < 5; n += 1) expect(await cache.find(hash)).toEqual({ id: "k1" });
    expect(asked).toBe(1);
    vi.advanceTimersByTime(4_100);
    expect(await cache.find(hash)).toEqual({ id: "k1" });
    await settle();
    expect(asked).toBe(2);
  });

  it("never believes a credential ten seconds after it was last asked for", async () => {
    const cache = cacheOfActive();
    await cache.find(hash);
    active = new Map();
    vi.advanceTimersByTime(10_001);
    expect(await cache.find(hash)).toBeNull();
  });

  it("notices a revocation beside the first request past four seconds", async () => {
    const cache = cacheOfActive();
    await cache.find(hash);
    active = new Map();
    vi.advanceTimersByTime(4_100);
    await cache.find(hash);
    await settle();
    expect(await cache.find(hash)).toBeNull();
  });

  it("goes on with what it knows while the database is away for a moment, and fails after ten seconds", async () => {
    const cache = cacheOfActive();
    await cache.find(hash);
    isAway = true;
    vi.advanceTimersByTime(9_000);
    expect(await cache.find(hash)).toEqual({ id: "k1" });
    vi.advanceTimersByTime(2_000);
    await expect(cache.find(hash)).rejects.toThrow("away");
  });

  it("forgets at once, also what is being asked at that moment", async () => {
    const cache = cacheOfActive();
    const early = cache.find(hash);
    cache.clear();
    active = new Map();
    await early;
    expect(await cache.find(hash)).toBeNull();
  });

  it("asks for a stranger's guess once in two seconds", async () => {
    const cache = cacheOfActive();
    const stranger = Buffer.from("a guess");
    for (let n = 0; n < 5; n += 1) expect(await cache.find(stranger)).toBeNull();
    expect(asked).toBe(1);
  });
});
