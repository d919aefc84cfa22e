import { LRUCache } from "lru-cache";
import type { Clock } from "../types.js";

// At most a twentieth of the time goes into counting again, and nobody waits for it.
const freshPerCost = 20;
const maxFreshMs = 60_000;
/** Nobody is shown what is older. */
const maxAgeMs = 5 * 60_000;
const maxKept = 8;

export type Snapshot<Value> = { value: Value; takenAt: Date };

export type Snapshots<Question, Value> = {
  /**
   * The answer to a question: the one that is kept, while it is young, or, while it is counted again in the background, up to five minutes
   * old. How young is in proportion to what it took to count: an answer of ten milliseconds lives for two tenths of a second, one of
   * three seconds for a minute. `fresh` waits for one that was begun now. However many ask, one is counted at a time for each question.
   */
  get(question: Question, options: { fresh: boolean }): Promise<Snapshot<Value>>;
  /** Forgets all, also those that are being counted. */
  clear(): void;
};

export type SnapshotsDeps<Question, Value> = {
  clock: Clock;
  /** Questions with one key have one answer. */
  keyOf: (question: Question) => string;
  read: (question: Question) => Promise<Value>;
};

type Kept<Value> = Snapshot<Value> & { freshMs: number };

/** Answers that are dear to count and are asked for again and again, in this process's memory; the eight that were asked for last. */
export function createSnapshots<Question, Value>(deps: SnapshotsDeps<Question, Value>): Snapshots<Question, Value> {
  const { clock, keyOf, read } = deps;
  const kept = new LRUCache<string, Kept<Value>>({ max: maxKept });
  let running = new Map<string, Promise<Snapshot<Value>>>();

  function start(key: string, question: Question): Promise<Snapshot<Value>> {
    const [takenAt, runningThen] = [clock(), running];
    const run = read(question)
      .then((value) => {
        const freshMs = Math.min(maxFreshMs, freshPerCost * (clock().getTime() - takenAt.getTime()));
        // The latest that was begun is kept, and nothing that was begun before all was forgotten.
        if (runningThen === running && runningThen.get(key) === run) kept.set(key, { value, takenAt, freshMs });
        return { value, takenAt };
      })
      .finally(() => {
        if (runningThen.get(key) === run) runningThen.delete(key);
      });
    running.set(key, run);
    return run;
  }

  return {
    async get(question, { fresh }) {
      const key = keyOf(question);
      if (fresh) return start(key, question);
      const found = kept.get(key);
      const ageMs = found === undefined ? Number.POSITIVE_INFINITY : clock().getTime() - found.takenAt.getTime();
      if (found === undefined || found.freshMs === 0 || ageMs >= maxAgeMs)
        return running.get(key) ?? start(key, question);
      // What goes wrong here is seen by whoever has to wait.
      if (ageMs >= found.freshMs && !running.has(key)) start(key, question).catch(() => undefined);
      return found;
    },
    clear() {
      kept.clear();
      running = new Map();
    },
  };
}
