import { setTimeout as sleep } from "node:timers/promises";
import type { TestRedis } from "../../test/support/redis.js";
import type { CrashPostgres } from "./postgres-server.js";
import type { Replica } from "./replica.js";
import type { Random } from "./traffic.js";

const minGapMs = 300;
const maxGapMs = 1_800;
/** To break what answers nobody shows little, so the next fault waits for an acknowledgement, but not for longer than this. */
const maxMercyMs = 2_000;
const pollMs = 50;
const maxDownMs = 1_500;
const minPauseMs = 200;
const maxPauseMs = 4_000;

/** How often each fault stands in the deck; every deck is played whole before the next is shuffled, so that none is left out. */
const deck = {
  "replica killed": 3,
  "replica paused": 2,
  "replica drained": 2,
  "PostgreSQL stopped at once": 2,
  "PostgreSQL paused": 1,
  "PostgreSQL backend killed": 1,
  "Redis killed": 1,
  "Redis paused": 1,
} as const;

export type Sabotage = keyof typeof deck;

export type Saboteur = {
  /** Ends when `isStopping` and everything that was broken is whole again. */
  run(isStopping: () => boolean): Promise<void>;
  counts(): Record<Sabotage, number>;
};

export type SaboteurOptions = {
  random: Random;
  replicas: readonly Replica[];
  postgres: CrashPostgres;
  redis: TestRedis;
  /** How often anything was acknowledged so far. */
  acknowledgements: () => number;
  log: (line: string) => void;
};

/** Breaks one part after the other, several at once too, but each only while it is whole. */
export function createSaboteur(options: SaboteurOptions): Saboteur {
  const { random, replicas, postgres, redis, acknowledgements, log } = options;
  const counts = Object.fromEntries(Object.keys(deck).map((name) => [name, 0])) as Record<Sabotage, number>;
  const busy = new Set<object>();
  const underWay = new Set<Promise<void>>();
  const startedAt = performance.now();
  let cards: Sabotage[] = [];

  const between = (low: number, high: number): number => Math.round(low + random() * (high - low));

  async function run(isStopping: () => boolean): Promise<void> {
    let failure: unknown;
    while (!isStopping() && failure === undefined) {
      const before = acknowledgements();
      await sleep(between(minGapMs, maxGapMs));
      for (let waited = 0; acknowledgements() === before && waited < maxMercyMs; waited += pollMs) await sleep(pollMs);
      const play = nextPlay();
      if (play === undefined) continue;
      const { name, target, times, action } = play;
      counts[name] += 1;
      log(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${describe(name, target, times)}`);
      busy.add(target);
      const work = action()
        .catch((error: unknown) => {
          failure = error;
        })
        .finally(() => {
          busy.delete(target);
          underWay.delete(work);
        });
      underWay.add(work);
    }
    await Promise.all(underWay);
    if (failure !== undefined) throw failure;
  }

  type Play = { name: Sabotage; target: object; times: string; action: () => Promise<void> };

  // The first card of the deck whose target is whole.
  function nextPlay(): Play | undefined {
    if (cards.length === 0) cards = shuffledDeck();
    // Drawn whether they are needed or not, so that the seed alone decides what follows.
    const replica = replicas[Math.floor(random() * replicas.length)] as Replica;
    const [downMs, pauseMs] = [between(50, maxDownMs), between(minPauseMs, maxPauseMs)];
    for (const [n, name] of cards.entries()) {
      const play = playOf(name, replica, downMs, pauseMs);
      if (busy.has(play.target)) continue;
      cards.splice(n, 1);
      return play;
    }
    return undefined;
  }

  function playOf(name: Sabotage, replica: Replica, downMs: number, pauseMs: number): Play {
    const down = `back after ${downMs} ms`;
    const pause = `for ${pauseMs} ms`;
    switch (name) {
      case "replica killed":
        return { name, target: replica, times: down, action: () => restart(replica.kill, downMs, replica.start) };
      case "replica drained":
        return { name, target: replica, times: down, action: () => restart(replica.drain, downMs, replica.start) };
      case "replica paused":
        return { name, target: replica, times: pause, action: () => pauseFor(pauseMs, replica.signal) };
      case "PostgreSQL stopped at once":
        return {
          name,
          target: postgres,
          times: down,
          action: () => restart(postgres.stopAtOnce, downMs, postgres.start),
        };
      case "PostgreSQL paused":
        return { name, target: postgres, times: pause, action: () => pauseFor(pauseMs, postgres.signalAll) };
      case "PostgreSQL backend killed":
        return {
          name,
          target: postgres,
          times: "",
          action: () => postgres.killBackend((count) => between(0, count - 1)),
        };
      case "Redis killed":
        return { name, target: redis, times: `${down}, empty`, action: () => restart(redis.kill, downMs, redis.start) };
      case "Redis paused":
        return { name, target: redis, times: pause, action: () => pauseFor(pauseMs, redis.signal) };
    }
  }

  function shuffledDeck(): Sabotage[] {
    const fresh = (Object.entries(deck) as [Sabotage, number][]).flatMap(([name, times]) =>
      Array.from({ length: times }, () => name),
    );
    for (let n = fresh.length - 1; n > 0; n -= 1) {
      const other = Math.floor(random() * (n + 1));
      [fresh[n], fresh[other]] = [fresh[other] as Sabotage, fresh[n] as Sabotage];
    }
    return fresh;
  }

  function describe(name: Sabotage, target: object, times: string): string {
    const who = replicas.find((replica) => replica === target)?.name;
    return [who === undefined ? name : name.replace("replica", who), times].filter((part) => part !== "").join(", ");
  }

  return { run, counts: () => counts };
}

async function restart(end: () => Promise<void>, downMs: number, start: () => Promise<void>): Promise<void> {
  await end();
  await sleep(downMs);
  await start();
}

async function pauseFor(ms: number, signal: (signal: "SIGSTOP" | "SIGCONT") => void | Promise<void>): Promise<void> {
  await signal("SIGSTOP");
  await sleep(ms);
  await signal("SIGCONT");
}
