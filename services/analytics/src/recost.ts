import { isPrintable, type RecostInput, type RecostReply } from "@mobigen/analytics-contract";
import type { Logger } from "pino";
import { decodeCursor, encodeCursor } from "./cursor.js";
import { invalidQuery } from "./errors.js";
import { type Money, moneyToNumber, moneyToText, zeroMoney } from "./money.js";
import { localDate } from "./periods.js";
import type { PriceList } from "./price-list.js";
import type { AuditNote } from "./stores/audit-store.js";
import type { PriceStore } from "./stores/price-store.js";
import type { RecostChange, RecostPosition, RecostScope, RecostStore } from "./stores/recost-store.js";
import type { Clock } from "./types.js";
import { receiptOf } from "./usage-record.js";

// Rows of one transaction: held for milliseconds, so that those who record calls at the same time hardly wait.
const rowsPerStep = 1_000;
const maxRequestMs = 10_000;
const maxModelDays = 1_000;
const unpricedPage = 100;

export type RecostDeps = {
  store: RecostStore;
  priceStore: Pick<PriceStore, "listUnpriced">;
  prices: PriceList & { refresh(): Promise<void> };
  clock: Clock;
  logger: Pick<Logger, "info" | "error">;
  /** Called after a commit that changed what history cost. */
  onRecost: () => Promise<void>;
};

export type Recost = {
  /**
   * Prices calls by what holds now for their time, and tells the difference; with `dryRun: false` writes it, step by step, each a
   * transaction that keeps rollups the sum of their records. Ends after ten seconds with a cursor to go on. Interrupted or
   * repeated, it does what is left. @throws ApiError invalid_query for a bad cursor
   */
  recost(input: RecostInput, actor: string, maxMs?: number): Promise<RecostReply>;
  /** Prices the calls that had no price and could have one now. Concurrent calls share a run, and one more after it. */
  priceUnpriced(): Promise<void>;
  /** Ends a run of `priceUnpriced` after its step; the next one goes on. */
  stop(): Promise<void>;
};

export function createRecost(deps: RecostDeps): Recost {
  const { store, prices, clock, logger, onRecost } = deps;
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  let isStopped = false;

  async function recost(input: RecostInput, actor: string, maxMs = maxRequestMs): Promise<RecostReply> {
    const dryRun = input.dryRun ?? true;
    const scope = scopeOf(input);
    const sums = createSums();
    const end = performance.now() + maxMs;
    let position = input.cursor === undefined ? null : toPosition(input.cursor);
    let entry: number | null = null;
    await prices.refresh();
    for (;;) {
      const noteOf = (changes: readonly RecostChange[]) => noteOn(sums.with(changes), input, { at: clock(), actor });
      const step = await store.step({
        scope,
        after: position,
        limit: rowsPerStep,
        receiptOf: (call) => receiptOf(call, prices),
        audit: dryRun ? null : { entry, noteOf },
      });
      sums.add(step.scanned, step.changes);
      if (!dryRun && step.changes.length > 0) await onRecost();
      entry = step.auditEntry;
      position = step.next;
      if (position === null || performance.now() >= end) break;
    }
    const nextCursor = position === null ? null : encodeCursor([position.occurredAt, position.requestId]);
    const archived = await store.countArchived(scope);
    return { dryRun, ...sums.reply(), archived, currency: "USD", nextCursor };
  }

  async function run(): Promise<void> {
    for (let after: string | null = null; !isStopped; ) {
      const models = await deps.priceStore.listUnpriced({ after, limit: unpricedPage });
      for (const { model } of models) if (prices.knows(model) && !isStopped) await priceModel(model);
      after = models.at(-1)?.model ?? null;
      if (models.length < unpricedPage) return;
    }
  }

  async function priceModel(model: string): Promise<void> {
    const scope: RecostScope = { from: null, to: null, model, onlyUnpriced: true };
    const sums = createSums();
    let entry: number | null = null;
    let position: RecostPosition | null = null;
    do {
      const noteOf = (changes: readonly RecostChange[]): AuditNote => {
        const { records, after } = sums.with(changes).total;
        const detail = { records, cost: moneyToText(after) };
        return { at: clock(), actor: "service", action: "usage.price", target: model, detail };
      };
      const step = await store.step({
        scope,
        after: position,
        limit: rowsPerStep,
        receiptOf: (call) => receiptOf(call, prices),
        audit: { entry, noteOf },
      });
      sums.add(step.scanned, step.changes);
      if (step.changes.length > 0) await onRecost();
      entry = step.auditEntry;
      position = step.next;
    } while (position !== null && !isStopped);
    const { records } = sums.with([]).total;
    if (records > 0) logger.info({ model, records }, "calls that had no price have one now");
  }

  function start(): Promise<void> {
    running = run()
      .catch((error: unknown) => logger.error({ err: error }, "calls without a price could not be priced"))
      .finally(() => {
        running = null;
      });
    return running;
  }

  return {
    recost,
    priceUnpriced() {
      if (running === null) return start();
      // What runs may have passed the models that just got a price.
      next ??= running.then(() => {
        next = null;
        return isStopped ? undefined : start();
      });
      return next;
    },
    async stop() {
      isStopped = true;
      await running;
    },
  };
}

function scopeOf({ from, to, model }: RecostInput): RecostScope {
  return {
    from: from === undefined ? null : Date.parse(from),
    to: to === undefined ? null : Date.parse(to),
    model: model ?? null,
    onlyUnpriced: false,
  };
}

function toPosition(cursor: string): RecostPosition {
  const [occurredAt, requestId] = decodeCursor(cursor);
  if (typeof requestId !== "string" || !isPrintable(requestId))
    throw invalidQuery("cursor", "is not one that a recost gave out");
  return { occurredAt, requestId };
}

function noteOn(sums: Sums, { from, to, model }: RecostInput, who: Pick<AuditNote, "at" | "actor">): AuditNote {
  const { records, newlyPriced, before, after } = sums.total;
  const detail = {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    records,
    newlyPriced,
    before: moneyToText(before),
    after: moneyToText(after),
  };
  return { ...who, action: "usage.recost", target: model ?? "all models", detail };
}

type Change = { records: number; newlyPriced: number; before: Money; after: Money };
type Sums = {
  total: Change;
  byModelDay: ReadonlyMap<string, Change & { model: string; date: string }>;
  truncated: boolean;
};

const noChange: Change = { records: 0, newlyPriced: 0, before: zeroMoney, after: zeroMoney };

/** Adds up what changed, by model and UTC day too: of the first thousand of these. */
function createSums() {
  let scanned = 0;
  let sums: Sums = { total: noChange, byModelDay: new Map(), truncated: false };
  return {
    with: (changes: readonly RecostChange[]): Sums => addUp(sums, changes),
    add(rows: number, changes: readonly RecostChange[]): void {
      scanned += rows;
      sums = addUp(sums, changes);
    },
    reply() {
      const { newlyPriced, ...total } = sums.total;
      const rows = [...sums.byModelDay.values()].sort((a, b) =>
        a.model === b.model ? compare(a.date, b.date) : compare(a.model, b.model),
      );
      return {
        scanned,
        newlyPriced,
        ...toNumbers(total),
        byModelAndDay: rows.map(({ model, date, newlyPriced: _, ...change }) => ({
          model,
          date,
          ...toNumbers(change),
        })),
        truncated: sums.truncated,
      };
    },
  };
}

function addUp(sums: Sums, changes: readonly RecostChange[]): Sums {
  const byModelDay = new Map(sums.byModelDay);
  let { total, truncated } = sums;
  for (const change of changes) {
    total = plus(total, change);
    const date = localDate(change.occurredAt, "UTC");
    const key = JSON.stringify([change.model, date]);
    const known = byModelDay.get(key);
    if (known === undefined && byModelDay.size >= maxModelDays) truncated = true;
    else byModelDay.set(key, { ...plus(known ?? noChange, change), model: change.model, date });
  }
  return { total, byModelDay, truncated };
}

function plus(sum: Change, { before, after }: RecostChange): Change {
  return {
    records: sum.records + 1,
    newlyPriced: sum.newlyPriced + (before === null ? 1 : 0),
    before: before === null ? sum.before : sum.before.plus(before),
    after: sum.after.plus(after),
  };
}

function toNumbers({ records, before, after }: Omit<Change, "newlyPriced">) {
  return {
    records,
    before: moneyToNumber(before),
    after: moneyToNumber(after),
    difference: moneyToNumber(after.minus(before)),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
