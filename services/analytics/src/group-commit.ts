import { isBadData, overloaded } from "./errors.js";

/** What an item weighs in the queue: rows to write, and about how many bytes they hold. */
export type Weight = { rows: number; bytes: number };

export type GroupCommitOptions<Item, Result> = {
  /** Stands in the refusal when the queue is full. */
  name: string;
  /** Writes all items in one transaction; resolves, after the commit, to one result for each, in order. */
  flush: (items: Item[]) => Promise<Result[]>;
  /** Bounds of what may wait, in rows and bytes; past either, `submit` refuses. */
  maxQueuedRows: number;
  maxQueuedBytes: number;
  /** A flush takes whole items until it has this many rows. */
  maxFlushRows: number;
  /** How long a lone item waits for company, in milliseconds; 0 flushes as soon as a lane is free. */
  flushIntervalMs: number;
  /** How many flushes may be under way at once. */
  concurrentFlushes: number;
  /** Where flushes would only fail after a long wait: an error that items are refused with at once, else null. */
  refusal?: () => Error | null;
  /** Whose an item is: a flush takes from all owners in turn, so that one who floods delays nobody by more than a flush. */
  ownerOf?: (item: Item) => string | number;
};

export type GroupCommit<Item, Result> = {
  /** Resolves after the commit that holds the item; rejects with `overloaded`, a `refusal`, or what the flush failed with. */
  submit(item: Item, weight: Weight): Promise<Result>;
  /** Rows that wait or are being written. */
  queuedRows(): number;
  /** Resolves when nothing waits and nothing is under way. Later items are still taken. */
  drain(): Promise<void>;
};

// When a flush fails, what has waited this long fails with it: a database that hangs takes seconds to fail each flush, and
// nobody shall wait for a queue of those.
const maxWaitMs = 5_000;

type Waiting<Item, Result> = {
  item: Item;
  since: number;
  weight: Weight;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
};

/**
 * Gathers concurrent items and writes them together, so that many requests share the price of one commit. While a flush is
 * under way the next one gathers, so the batch size follows the load by itself.
 */
export function createGroupCommit<Item, Result>(options: GroupCommitOptions<Item, Result>): GroupCommit<Item, Result> {
  // In the order of their turns: an owner that has given an item goes to the end.
  const waiting = new Map<string | number, Waiting<Item, Result>[]>();
  let waitingRows = 0;
  let heldRows = 0;
  let heldBytes = 0;
  let flushing = 0;
  let timer: NodeJS.Timeout | undefined;
  let idle: (() => void)[] = [];

  function submit(item: Item, weight: Weight): Promise<Result> {
    if (heldRows + weight.rows > options.maxQueuedRows || heldBytes + weight.bytes > options.maxQueuedBytes) {
      return Promise.reject(overloaded(`The queue of ${options.name} is full. Nothing was stored; try again.`));
    }
    const refusal = options.refusal?.() ?? null;
    if (refusal !== null) return Promise.reject(refusal);
    heldRows += weight.rows;
    heldBytes += weight.bytes;
    waitingRows += weight.rows;
    return new Promise<Result>((resolve, reject) => {
      const owner = options.ownerOf?.(item) ?? "";
      const own = waiting.get(owner);
      const entry = { item, since: performance.now(), weight, resolve, reject };
      if (own === undefined) waiting.set(owner, [entry]);
      else own.push(entry);
      schedule();
    });
  }

  // A flush has a price of its own, whatever it holds. So beside one that is under way another starts only when it is full; what
  // is less gathers until then, and goes at once when the other is done.
  function schedule(): void {
    if (flushing >= options.concurrentFlushes || waiting.size === 0) return;
    if (waitingRows >= options.maxFlushRows) {
      startFlush();
    } else if (flushing === 0 && timer === undefined) {
      timer = setTimeout(startFlush, options.flushIntervalMs);
    }
  }

  function startFlush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (flushing >= options.concurrentFlushes || waiting.size === 0) return;
    const group = takeGroup();
    flushing += 1;
    void writeGroup(group).finally(() => {
      flushing -= 1;
      for (const { weight } of group) {
        heldRows -= weight.rows;
        heldBytes -= weight.bytes;
      }
      if (flushing === 0) startFlush();
      else schedule();
      if (flushing === 0 && waiting.size === 0) {
        for (const resolve of idle) resolve();
        idle = [];
      }
    });
    schedule();
  }

  function takeGroup(): Waiting<Item, Result>[] {
    const group: Waiting<Item, Result>[] = [];
    let rows = 0;
    // Deleting and setting again moves an owner behind the others, and the loop comes to it once more.
    for (const [owner, own] of waiting) {
      const next = own[0];
      if (next === undefined) throw new Error("an owner without items is in the queue");
      if (group.length > 0 && rows + next.weight.rows > options.maxFlushRows) break;
      rows += next.weight.rows;
      group.push(next);
      own.shift();
      waiting.delete(owner);
      if (own.length > 0) waiting.set(owner, own);
    }
    waitingRows -= rows;
    return group;
  }

  async function writeGroup(group: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await options.flush(group.map((entry) => entry.item));
      if (results.length !== group.length) throw new Error(`${options.name}: a flush must give a result for each item`);
      for (const [n, entry] of group.entries()) entry.resolve(results[n] as Result);
    } catch (error) {
      if (group.length === 1 || !isBadData(error)) {
        for (const entry of group) entry.reject(error);
        rejectStale(error);
        return;
      }
      // One item that the database refuses must not fail its neighbours: halves until it stands alone.
      const middle = group.length >> 1;
      await writeGroup(group.slice(0, middle));
      await writeGroup(group.slice(middle));
    }
  }

  function rejectStale(error: unknown): void {
    const stale = performance.now() - maxWaitMs;
    for (const [owner, own] of waiting) {
      // In the order of their coming.
      const fresh = own.findIndex(({ since }) => since > stale);
      for (const { weight, reject } of own.splice(0, fresh === -1 ? own.length : fresh)) {
        heldRows -= weight.rows;
        heldBytes -= weight.bytes;
        waitingRows -= weight.rows;
        reject(error);
      }
      if (own.length === 0) waiting.delete(owner);
    }
  }

  return {
    submit,
    queuedRows: () => heldRows,
    drain: () =>
      flushing === 0 && waiting.size === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve)),
  };
}
