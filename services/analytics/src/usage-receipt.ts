import type { UsageReceipt } from "@mobigen/analytics-contract";
import { toCallCost } from "./cost-monitor.js";
import { ApiError, notFound } from "./errors.js";
import { moneyToNumber } from "./money.js";
import { toOpenInstant } from "./prices.js";
import { estimatesOf, type Price, partsOf, stepOf } from "./pricing.js";
import type { CostStore } from "./stores/cost-store.js";

/** What one call was charged, and by which price. @throws ApiError not_found, or archived */
export async function readReceipt(store: CostStore, requestId: string): Promise<UsageReceipt> {
  const found = await store.findRecord(requestId);
  if (found === null) throw await absence(store, requestId);
  const { record, price } = found;
  const { receipt, occurredAt, receivedAt, tags, serviceTier, purpose: _, failed: __, ...fields } = record;
  return {
    ...fields,
    timestamp: new Date(occurredAt).toISOString(),
    receivedAt: new Date(receivedAt).toISOString(),
    tags: [...(tags ?? [])],
    serviceTier: serviceTier ?? "standard",
    cost: toCallCost(receipt),
    price: price === null ? null : toReceiptPrice(price, record.inputTokens),
    parts:
      price === null
        ? []
        : partsOf(record, price).map((part) => ({
            ...part,
            perMillion: moneyToNumber(part.perMillion),
            cost: moneyToNumber(part.cost),
          })),
    estimates: price === null ? [] : estimatesOf(record, price),
  };
}

async function absence(store: CostStore, requestId: string): Promise<ApiError> {
  const archived = await store.findArchived(requestId);
  if (archived === null) return notFound("usage record", requestId);
  const { file, day, archivedAt } = archived;
  return new ApiError(
    "archived",
    `The usage record "${requestId}" of ${day} is in file ${file} of the archive. What it cost still counts; its receipt is there again after \`analytics archive restore ${file}\`.`,
    { extra: { archive: { file, day, archivedAt: archivedAt.toISOString() } } },
  );
}

function toReceiptPrice(price: Price, inputTokens: number): NonNullable<UsageReceipt["price"]> {
  return {
    id: price.priceId,
    provider: price.provider === "" ? null : price.provider,
    model: price.model,
    serviceTier: price.serviceTier,
    source: price.source,
    validFrom: toOpenInstant(price.validFrom),
    validTo: toOpenInstant(price.validTo),
    aboveInputTokens: stepOf(price, inputTokens).aboveInputTokens,
  };
}
