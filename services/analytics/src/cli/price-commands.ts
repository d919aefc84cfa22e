import {
  maxPageSize,
  newPriceSchema,
  type PriceQuery,
  type PriceRow,
  priceQuerySchema,
  recostSchema,
} from "@mobigen/analytics-contract";
import type { Command } from "commander";
import { parseBody, parseQuery } from "../http/parse.js";
import type { Prices } from "../prices.js";
import { actor, printTable, runOnDomain } from "./run.js";

// A command waits for all of a recost, however long it takes.
const recostStepMs = 5_000;

/** prices list, set, end, sync; recost. */
export function addPriceCommands(program: Command): void {
  const prices = program.command("prices").description("What models cost, in US dollars a million tokens");
  prices
    .command("list")
    .description("Prices, those that win first: of operators, of the brief, of the package")
    .option("--model <name>", "only of this model")
    .option("--provider <name>", "only of this provider")
    .option("--at <time>", "only those that hold at this time (ISO 8601)")
    .action((filter: { model?: string; provider?: string; at?: string }) =>
      runOnDomain(async ({ prices }) => {
        const rows = await readAll(prices, parseQuery(priceQuerySchema, filter));
        rows.sort((a, b) => rankOf(a) - rankOf(b) || a.id - b.id);
        printTable(rows.map(toRow), "There is no such price.");
        return 0;
      }),
    );
  prices
    .command("set <model>")
    .description("Set a price that wins over every other; calls of its time that had no price get it")
    .requiredOption("--input <dollars>", "a million input tokens")
    .requiredOption("--output <dollars>", "a million output tokens")
    .option("--cache-read <dollars>", "a million tokens read from a prompt cache")
    .option("--cache-write <dollars>", "a million tokens written to one")
    .option("--cache-write-1h <dollars>", "a million tokens written to one for an hour")
    .option("--provider <name>", "whose price it is (default: every provider's)")
    .option("--service-tier <tier>", "standard, batch, flex or priority")
    .option("--from <time>", 'from this time on, or "always" (default: now; always for a model without a price)')
    .option("--to <time>", "until before this time")
    .option("--free", "a price of 0 is meant")
    .action((model: string, options: SetOptions) =>
      runOnDomain(async ({ prices, recost }) => {
        printTable([toRow(await prices.set(parseBody(newPriceSchema, toPrice(model, options)), actor))], "");
        await recost.priceUnpriced();
        return 0;
      }),
    );
  prices
    .command("end <id>")
    .description("End a price now; what it was charged for keeps its cost")
    .action((id: string) =>
      runOnDomain(async ({ prices }) => {
        printTable([toRow(await prices.end(id, actor))], "");
        return 0;
      }),
    );
  prices
    .command("sync")
    .description(
      "Take over this version's list prices, and price the calls that waited for them; a start does the same",
    )
    .action(() =>
      // The prices were taken over when the database was opened.
      runOnDomain(async ({ prices, recost }) => {
        await recost.priceUnpriced();
        const { items } = await prices.listUnpriced({ limit: maxPageSize });
        printTable(
          items.map(({ model, requests, lastSeen }) => ({ "without a price": model, requests, "last seen": lastSeen })),
          "Every call has a price.",
        );
        return 0;
      }),
    );
  addRecost(program);
}

async function readAll(prices: Prices, query: PriceQuery): Promise<PriceRow[]> {
  const rows: PriceRow[] = [];
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await prices.list({ ...query, cursor, limit: maxPageSize });
    rows.push(...items);
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

function rankOf({ source }: PriceRow): number {
  return source === "operator" ? 0 : source === "brief" ? 1 : 2;
}

type SetOptions = {
  input: string;
  output: string;
  cacheRead?: string;
  cacheWrite?: string;
  cacheWrite1h?: string;
  provider?: string;
  serviceTier?: string;
  from?: string;
  to?: string;
  free?: boolean;
};

// Amounts stay text: the decimal that was typed.
function toPrice(model: string, options: SetOptions): Record<string, unknown> {
  const { input, output, cacheRead, cacheWrite, cacheWrite1h, from, to, ...more } = options;
  const price = {
    model,
    inputPerMillion: input,
    outputPerMillion: output,
    cacheReadPerMillion: cacheRead,
    cacheWritePerMillion: cacheWrite,
    cacheWrite1hPerMillion: cacheWrite1h,
    validFrom: from === "always" ? null : from,
    validTo: to,
    ...more,
  };
  return Object.fromEntries(Object.entries(price).filter(([, value]) => value !== undefined));
}

function addRecost(program: Command): void {
  program
    .command("recost")
    .description("Price the calls of the past by the prices that hold now for their time, and print the difference")
    .option("--from <time>", "calls from this time on (ISO 8601)")
    .option("--to <time>", "calls before this time")
    .option("--model <name>", "calls of this model")
    .option("--apply", "write it; without, nothing changes")
    .action(({ apply = false, ...scope }: { from?: string; to?: string; model?: string; apply?: boolean }) =>
      runOnDomain(async ({ recost }) => {
        const totals = { scanned: 0, records: 0, newlyPriced: 0, archived: 0 };
        for (let cursor: string | null | undefined; cursor !== null; ) {
          const input = { ...scope, dryRun: !apply, ...(cursor === undefined ? {} : { cursor }) };
          const reply = await recost.recost(parseBody(recostSchema, input), actor, recostStepMs);
          if (reply.byModelAndDay.length > 0) printTable(reply.byModelAndDay, "");
          totals.scanned += reply.scanned;
          totals.records += reply.records;
          totals.newlyPriced += reply.newlyPriced;
          totals.archived = reply.archived;
          cursor = reply.nextCursor;
        }
        const changed = `${totals.records} of ${totals.scanned} calls ${apply ? "have" : "would have"} another cost`;
        console.log(`${changed}, ${totals.newlyPriced} of them had none.${apply ? "" : " --apply writes it."}`);
        if (totals.archived > 0) {
          console.log(
            `${totals.archived} calls of those days are archived and keep their cost: see \`archive restore\`.`,
          );
        }
        return 0;
      }),
    );
}

function toRow(price: PriceRow): Record<string, string | number | null> {
  return {
    id: price.id,
    provider: price.provider ?? "any",
    model: price.model,
    tier: price.serviceTier,
    input: price.inputPerMillion,
    output: price.outputPerMillion,
    "cache read": price.cacheReadPerMillion,
    "cache write": price.cacheWritePerMillion,
    "long context": price.longContext.map((step) => `>${step.aboveInputTokens}`).join(" "),
    from: price.validFrom ?? "always",
    until: price.validTo ?? "always",
    source: price.source,
  };
}
