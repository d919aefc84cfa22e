import type { NewPrice, Price } from "../pricing.js";

/** The prices of models. Rows are added, never changed: records keep the id of the price that they were charged by. */
export type PriceStore = {
  /** Adds those that are not there yet, valid for all time; told apart by model and source. */
  addMissing(prices: readonly NewPrice[], now: Date): Promise<void>;
  allPrices(): Promise<Price[]>;
};
