import { readFile } from "node:fs/promises";
import { calcPrice, type Provider } from "@pydantic/genai-prices";
import { beforeAll, describe, expect, it } from "vitest";
import { newPrice, price } from "../test/support/prices.js";
import { type Money, moneyToNumber, moneyToText } from "./money.js";
import {
  catalogOf,
  type PackageCatalog,
  packageSource,
  packageVersion,
  planImport,
  readPackage,
} from "./package-prices.js";
import { createPriceList, type PriceList } from "./price-list.js";
import { MODEL_PRICING, priceCall } from "./pricing.js";

let catalog: PackageCatalog;
let list: PriceList;
beforeAll(async () => {
  catalog = await readPackage();
  list = createPriceList(
    catalog.prices.map((row, n) => ({ ...row, priceId: n + 1, createdAt: 0 })),
    catalog.aliases,
  );
});

const now = Date.parse("2026-10-01T12:00:00Z");
const priceOf = (model: string, provider: string | null = null) =>
  list.priceOf({ provider, model, serviceTier: null, at: now });

describe("the package's prices", () => {
  it("are of the version that package.json pins", async () => {
    const manifest = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
    expect(manifest.dependencies["@pydantic/genai-prices"]).toBe(packageVersion);
  });

  it.each(["claude-3-opus-fake", "claude-3-opus-20240229", "gemini-2.0-flash-thinking-x", "gpt-4.5-preview-2"])(
    "price %s loosely, and so not here",
    (model) => {
      expect(calcPrice({ input_tokens: 1, output_tokens: 1 }, model)).not.toBeNull();
      expect(priceOf(model)).toBeUndefined();
    },
  );

  it.each([
    ["gpt-4o", "openai", 2.5, 10],
    ["gpt-4o-2024-08-06", "openai", 2.5, 10],
    ["claude-sonnet-4-20250514", "anthropic", 3, 15],
    ["claude-3-5-haiku-20241022", "anthropic", 0.8, 4],
    ["gemini-2.5-flash", "google", 0.3, 2.5],
  ])("price %s by its maker's list", (model, provider, input, output) => {
    const found = priceOf(model);
    expect(
      found && [found.provider, moneyToNumber(found.inputPerMillion), moneyToNumber(found.outputPerMillion)],
    ).toEqual([provider, input, output]);
  });

  it("are those that the package computes with, in every class and above every bound", () => {
    let compared = 0;
    for (const row of catalog.prices.filter(({ validFrom, validTo }) => validFrom <= now && now < validTo)) {
      for (const inputTokens of [
        1_000,
        ...row.longContext.flatMap((step) => [step.aboveInputTokens, step.aboveInputTokens + 1]),
      ]) {
        const usage = {
          inputTokens,
          outputTokens: 700,
          cacheReadTokens: 300,
          cacheWriteTokens: 200,
          cacheWrite1hTokens: 0,
        };
        const sent: Record<string, number> = { input_tokens: inputTokens, output_tokens: 700 };
        if (row.cacheReadPerMillion !== null) sent["cache_read_tokens"] = 300;
        if (row.cacheWritePerMillion !== null) sent["cache_write_tokens"] = 200;
        const known = calcPrice(sent, row.model, { providerId: row.provider, timestamp: new Date(now) });
        // A prefix of an earlier entry may be what the package takes for this name.
        if (known?.model.id !== row.model) continue;
        const { inputCost, outputCost } = priceCall(usage, row);
        expectClose(inputCost, known.input_price, `${row.provider} ${row.model} ${inputTokens}`);
        expectClose(outputCost, known.output_price, `${row.provider} ${row.model} ${inputTokens}`);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(1_000);
  });

  it("have the cache prices that the brief's models have here", () => {
    const ids = { opus: "claude-3-opus-latest", sonnet: "claude-3-sonnet", haiku: "claude-3-haiku" };
    for (const [family, model] of Object.entries(ids)) {
      const own = Object.entries(MODEL_PRICING).find(([name]) => name.includes(family))?.[1];
      const found = priceOf(model, "anthropic");
      const amounts = [found?.cacheReadPerMillion, found?.cacheWritePerMillion, found?.cacheWrite1hPerMillion];
      expect(amounts.map((amount) => amount && moneyToNumber(amount))).toEqual(
        [own?.cacheRead, own?.cacheWrite, own?.cacheWrite1h].map(Number),
      );
    }
  });

  it("hold from their dates on, half-open", () => {
    const inputAt = (at: string) =>
      moneyToText(
        list.priceOf({ provider: null, model: "o3", serviceTier: null, at: Date.parse(at) })?.inputPerMillion as Money,
      );
    expect(["2025-06-09T23:59:59.999Z", "2025-06-10T00:00:00Z"].map(inputAt)).toEqual(["10", "2"]);
  });

  it("leave out what a record can't be priced by: hours of the day, requests, no price at all", () => {
    for (const model of ["deepseek-chat", "deepseek-reasoner", "sonar", "gemma-4-31b-it", "whisper-large-v3"]) {
      expect(
        catalog.prices.filter(
          (row) => row.model === model && row.provider !== "openrouter" && row.provider !== "novita",
        ),
      ).toEqual([]);
    }
  });
});

describe("a number of the package", () => {
  it("becomes the decimal that it prints as", () => {
    const prices = { input_mtok: 0.1 + 0.2, output_mtok: 1e-7 };
    const provider = {
      id: "p",
      name: "P",
      api_pattern: "",
      models: [{ id: "m", match: { equals: "m" }, prices }],
    } satisfies Provider;
    const [row] = catalogOf([provider]).prices;
    expect(row && [moneyToText(row.inputPerMillion), moneyToText(row.outputPerMillion)]).toEqual([
      "0.30000000000000004",
      "0.0000001",
    ]);
  });
});

describe("a newer version of the package", () => {
  const at = 1_000;
  const source = "genai-prices@0.1.9";
  const old = (more: Parameters<typeof price>[0] = {}) => price({ source: packageSource, ...more });
  const fresh = (more: Parameters<typeof newPrice>[0] = {}) => newPrice({ source, ...more });

  it("adds nothing where nothing changed, whichever way it is written down", () => {
    expect(planImport([fresh()], [old()], at)).toEqual([]);
    expect(planImport([fresh({ validTo: 500, input: 99 }), fresh({ validFrom: 500 })], [old()], at)).toEqual([]);
    const steps = [{ above: 100, input: 6 }];
    expect(planImport([fresh({ steps })], [old({ steps })], at)).toEqual([]);
  });

  it("adds what changed, from the time it is first seen, and leaves history as it was charged", () => {
    const added = planImport([fresh({ input: 4 })], [old()], at);
    expect(added.map(({ validFrom, validTo }) => [validFrom, validTo])).toEqual([[at, Infinity]]);
    const rows = [old({ createdAt: 1 }), ...added.map((row) => ({ ...row, priceId: 2, createdAt: at }))];
    const merged = createPriceList(rows);
    expect(
      [at - 1, at].map(
        (moment) => merged.priceOf({ provider: null, model: "m", serviceTier: null, at: moment })?.priceId,
      ),
    ).toEqual([1, 2]);
  });

  it("wins over a change that the older one announced for later", () => {
    const rows = [old({ createdAt: 1, validTo: 2_000 }), old({ createdAt: 1, input: 9, validFrom: 2_000, priceId: 2 })];
    const added = planImport([fresh()], rows, at);
    const merged = createPriceList([...rows, ...added.map((row) => ({ ...row, priceId: 3, createdAt: at }))]);
    expect(merged.priceOf({ provider: null, model: "m", serviceTier: null, at: 3_000 })?.priceId).toBe(3);
  });

  it("adds a model that is new to it with all of its history", () => {
    expect(planImport([fresh({ model: "new" })], [old()], at).map(({ validFrom }) => validFrom)).toEqual([-Infinity]);
  });

  it("takes nothing away", () => {
    expect(planImport([], [old()], at)).toEqual([]);
  });
});

function expectClose(cost: Money, expected: number, what: string): void {
  expect(Math.abs(moneyToNumber(cost) - expected), what).toBeLessThan(1e-12 + expected * 1e-12);
}
