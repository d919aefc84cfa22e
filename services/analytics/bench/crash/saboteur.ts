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
const minDownMs = 50;
const maxDownMs = 1_500;
const minPauseMs = 200;
const maxPauseMs = 4_000;
/** Longer than a transaction may stand idle (5 s), and than an answer of the database is waited for (12 s). */
const replicaHang = { minMs: 6_000, maxMs: 9_000 };
const postgresHang = { minMs: 13_000, maxMs: 16_000 };

/** How often each fault stands in the deck; every deck is played whole before the next is shuffled, so that none is left out. */
const times = {
  "replica killed": 3,
  "replica paused": 2,
  "replica drained": 2,
  "replica hung": 1,
  "PostgreSQL stopped at once": 2,
  "PostgreSQL paused": 1,
  "PostgreSQL backend killed": 1,
  "PostgreSQL hung": 1,
  "Redis killed": 1,
  "Redis paused": 1,
} as const;

export type Sabotage = keyof typeof times;

export type Saboteur = {
  /** Ends when `isStopping` and everything that was broken is whole again. */
  run(isStopping: () => boolean): Promise<void>;
  /** How often each fault of the deck was played. */
  counts(): Partial<Record<Sabotage, number>>;
};

export type SaboteurOptions = {
  random: Random;
  replicas: readonly Replica[];
  postgres: CrashPostgres;
  redis: TestRedis;
  /** How often anything was acknowledged so far. */
  acknowledgements: () => number;
  /** Faults to leave out of the deck. */
  without: readonly Sabotage[];
  log: (line: string) => void;
};

/** Breaks one part after the other, several at once too, but each only while it is whole. */
export function createSaboteur(options: SaboteurOptions): Saboteur {
  const { random, replicas, postgres, redis, acknowledgements, log } = options;
  const deck = (Object.keys(times) as Sabotage[]).filter((name) => !options.without.includes(name));
  const counts: Partial<Record<Sabotage, number>> = Object.fromEntries(deck.map((name) => [name, 0]));
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
      const { name, target, howLong, action } = play;
      counts[name] = (counts[name] ?? 0) + 1;
      log(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${describe(name, target, howLong)}`);
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

  type Play = { name: Sabotage; target: object; howLong: string; action: () => Promise<void> };

  // The first card of the deck whose target is whole.
  function nextPlay(): Play | undefined {
    if (cards.length === 0) cards = shuffledDeck();
    // Drawn whether they are needed or not, so that the seed alone decides what follows.
    const replica = replicas[Math.floor(random() * replicas.length)] as Replica;
    const share = random();
    for (const [n, name] of cards.entries()) {
      const play = playOf(name, replica, share);
      if (busy.has(play.target)) continue;
      cards.splice(n, 1);
      return play;
    }
    return undefined;
  }

  // `share` is how much of the longest time the fault lasts.
  function playOf(name: Sabotage, replica: Replica, share: number): Play {
    const within = (minMs: number, maxMs: number): number => Math.round(minMs + share * (maxMs - minMs));
    const downMs = within(minDownMs, maxDownMs);
    const restarting = (target: Replica | TestRedis | CrashPostgres, end: () => Promise<void>, empty = ""): Play => {
      const action = () => restart(end, downMs, target.start);
      return { name, target, howLong: `back after ${downMs} ms${empty}`, action };
    };
    const pausing = (target: object, signal: Signal, ms = within(minPauseMs, maxPauseMs)): Play => {
      return { name, target, howLong: `for ${ms} ms`, action: () => pauseFor(ms, signal) };
    };
    switch (name) {
      case "replica killed":
        return restarting(replica, replica.kill);
      case "replica drained":
        return restarting(replica, replica.drain);
      case "replica paused":
        return pausing(replica, replica.signal);
      case "replica hung":
        return pausing(replica, replica.signal, within(replicaHang.minMs, replicaHang.maxMs));
      case "PostgreSQL stopped at once":
        return restarting(postgres, postgres.stopAtOnce);
      case "PostgreSQL backend killed":
        return {
          name,
          target: postgres,
          howLong: "",
          action: () => postgres.killBackend((n) => Math.floor(share * n)),
        };
      case "PostgreSQL paused":
        return pausing(postgres, postgres.signalAll);
      case "PostgreSQL hung":
        return pausing(postgres, postgres.signalAll, within(postgresHang.minMs, postgresHang.maxMs));
      case "Redis killed":
        return restarting(redis, redis.kill, ", empty");
      case "Redis paused":
        return pausing(redis, redis.signal);
    }
  }

  function shuffledDeck(): Sabotage[] {
    const fresh = deck.flatMap((name) => Array.from({ length: times[name] }, () => name));
    for (let n = fresh.length - 1; n > 0; n -= 1) {
      const other = Math.floor(random() * (n + 1));
      [fresh[n], fresh[other]] = [fresh[other] as Sabotage, fresh[n] as Sabotage];
    }
    return fresh;
  }

  function describe(name: Sabotage, target: object, howLong: string): string {
    const who = replicas.find((replica) => replica === target)?.name;
    return [who === undefined ? name : name.replace("replica", who), howLong].filter((part) => part !== "").join(", ");
  }

  return { run, counts: () => counts };
}

type Signal = (signal: "SIGSTOP" | "SIGCONT") => void | Promise<void>;

async function restart(end: () => Promise<void>, downMs: number, start: () => Promise<void>): Promise<void> {
  await end();
  await sleep(downMs);
  await start();
}

async function pauseFor(ms: number, signal: Signal): Promise<void> {
  await signal("SIGSTOP");
  await sleep(ms);
  await signal("SIGCONT");
}
