import type {
  NewPriceInput,
  Page,
  PriceRow,
  RecostInput,
  RecostReply,
  UnpricedModel,
} from "@mobigen/analytics-contract";
import { queryOptions } from "@tanstack/react-query";
import { pagesQuery } from "./pages";
import { pathOf, request } from "./request";

const pageSize = 200;
// Five thousand prices, of which the list that comes with the service has some fifteen hundred.
const maxPages = 25;

export type PriceList = {
  items: PriceRow[];
  /** There are more than are read here. */
  isCut: boolean;
};

/** Every price, the latest first: so that a search finds what is there and not what happens to be loaded. */
export const priceListQuery = queryOptions({
  queryKey: ["prices", "all"],
  queryFn: async ({ signal }): Promise<PriceList> => {
    const items: PriceRow[] = [];
    let cursor: string | undefined;
    for (let n = 0; n < maxPages; n += 1) {
      const page = await request<Page<PriceRow>>("/prices", { query: { limit: pageSize, cursor }, signal });
      items.push(...page.items);
      if (page.nextCursor === null) return { items, isCut: false };
      cursor = page.nextCursor;
    }
    return { items, isCut: true };
  },
  staleTime: 5 * 60_000,
});

/** Models that calls named and that have no price. */
export const unpricedQuery = pagesQuery<Page<UnpricedModel>>("/prices/unpriced", { limit: pageSize });

export function createPrice(body: NewPriceInput): Promise<PriceRow> {
  return request("/prices", { method: "POST", body });
}

export function endPrice(priceId: number): Promise<PriceRow> {
  return request(pathOf("/prices/:priceId", { priceId: String(priceId) }), { method: "DELETE" });
}

/** One request's worth of a recost; its `nextCursor` leads on. */
export function recost(body: RecostInput, signal: AbortSignal): Promise<RecostReply> {
  return request("/costs/recost", { method: "POST", body, signal });
}
