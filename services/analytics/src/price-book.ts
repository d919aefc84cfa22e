import type { Logger } from "pino";
import { packageSource, planImport, readPackage } from "./package-prices.js";
import { createPriceList, type PriceList } from "./price-list.js";
import { briefPrices } from "./pricing.js";
import type { PriceRevision, PriceStore } from "./stores/price-store.js";
import type { Clock } from "./types.js";

// A change holds on every replica within twice this: 10 s.
const refreshIntervalMs = 5_000;

export type PriceBook = PriceList & {
  /** Reads what changed since the last time; the writer of a change calls it, and so holds to it at once. */
  refresh(): Promise<void>;
  /** Looks for changes every five seconds, until `stop`. */
  watch(listener: PriceListener): void;
  stop(): void;
};

export type PriceListener = {
  /** The list has other prices now; once more one look later, when every call that was priced by the old ones is stored. */
  onPrices: () => Promise<void>;
  /** History costs something else now. */
  onRecost: () => Promise<void>;
};

export type PriceBookDeps = { store: PriceStore; clock: Clock; logger: Pick<Logger, "warn" | "info"> };

/** Seeds the store with the brief's prices and the package's, each once, and opens the list of all that hold. */
export async function openPriceBook(deps: PriceBookDeps): Promise<PriceBook> {
  await seedPrices(deps);
  const { store, logger } = deps;
  let { list, revision } = await readList(store);
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function refresh(): Promise<PriceRevision> {
    const seen = await store.readRevision();
    if (seen.prices !== revision.prices) ({ list, revision } = await readList(store));
    else revision = seen;
    return revision;
  }

  function watch(listener: PriceListener): void {
    let known = revision;
    // The first look is one, too: after a start with new list prices, or one that a change of prices did not survive.
    let isSecondLook = true;
    async function look(): Promise<void> {
      try {
        const seen = await refresh();
        const [pricesChanged, costsChanged] = [seen.prices !== known.prices, seen.recosts !== known.recosts];
        if (pricesChanged || isSecondLook) await listener.onPrices();
        if (costsChanged) await listener.onRecost();
        isSecondLook = pricesChanged;
        known = seen;
      } catch (error) {
        // The prices that are known go on to hold; the next look finds the change.
        logger.warn({ err: error }, "prices could not be looked up");
      }
      if (!isStopped) schedule();
    }
    function schedule(): void {
      timer = setTimeout(() => void look(), refreshIntervalMs);
      timer.unref();
    }
    schedule();
  }

  return {
    priceOf: (question) => list.priceOf(question),
    knows: (model) => list.knows(model),
    refresh: async () => {
      await refresh();
    },
    watch,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** Takes over what the brief and this version's package say, where that did not happen before. */
export async function seedPrices({ store, clock, logger }: PriceBookDeps): Promise<void> {
  const at = clock();
  await store.importOnce({ source: "brief", at, aliases: [], plan: briefPrices });
  // The package is large: loaded only where it has something to say.
  if (await store.wasImported(packageSource)) return;
  const { prices, aliases } = await readPackage();
  const plan = (existing: Parameters<typeof planImport>[1]) => planImport(prices, existing, at.getTime());
  const imported = await store.importOnce({ source: packageSource, at, aliases, plan });
  if (imported !== null) logger.info({ source: packageSource, prices: imported.added }, "prices taken over");
}

async function readList(store: PriceStore): Promise<{ list: PriceList; revision: PriceRevision }> {
  const { prices, aliases, revision } = await store.readAll();
  return { list: createPriceList(prices, aliases), revision };
}
