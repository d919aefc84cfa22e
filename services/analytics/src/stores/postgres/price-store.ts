import type pg from "pg";
import { moneyToText, parseMoney } from "../../money.js";
import type { PriceStore } from "../price-store.js";
import { query } from "./transaction.js";

type PriceRow = {
  price_id: number;
  model: string;
  input_per_million: string;
  output_per_million: string;
  // The driver gives ±Infinity for an open end.
  valid_from: Date | number;
  valid_to: Date | number;
};

export function createPriceStore(pool: pg.Pool): PriceStore {
  return {
    // Repeatable, and safe when two replicas start at once: unique (model, valid_from, source).
    async addMissing(prices, now) {
      await query(
        pool,
        `insert into model_price (provider, model, input_per_million, output_per_million, source, created_at)
         select provider, model, input, output, source, $6::timestamptz
         from unnest($1::text[], $2::text[], $3::numeric[], $4::numeric[], $5::text[])
           as price (provider, model, input, output, source)
         on conflict (model, valid_from, source) do nothing`,
        [
          prices.map((price) => price.provider),
          prices.map((price) => price.model),
          prices.map((price) => moneyToText(price.inputPerMillion)),
          prices.map((price) => moneyToText(price.outputPerMillion)),
          prices.map((price) => price.source),
          now.toISOString(),
        ],
      );
    },

    // A few hundred rows at most; read once at start.
    async allPrices() {
      const rows = await query<PriceRow>(
        pool,
        `select price_id, model, input_per_million, output_per_million, valid_from, valid_to
         from model_price order by price_id`,
      );
      return rows.map((row) => ({
        priceId: row.price_id,
        model: row.model,
        inputPerMillion: parseMoney(row.input_per_million),
        outputPerMillion: parseMoney(row.output_per_million),
        validFrom: Number(row.valid_from),
        validTo: Number(row.valid_to),
      }));
    },
  };
}
