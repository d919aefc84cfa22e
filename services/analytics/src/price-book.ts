import { createPriceList, listPrices, type PriceList } from "./pricing.js";
import type { PriceStore } from "./stores/price-store.js";
import type { Clock } from "./types.js";

/** Seeds the store with the list prices, where they are missing, and reads all prices that hold. Once, at start. */
export async function loadPrices(store: PriceStore, clock: Clock): Promise<PriceList> {
  await store.addMissing(listPrices(), clock());
  return createPriceList(await store.allPrices());
}
