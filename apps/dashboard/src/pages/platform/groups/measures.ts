import type { CostGroup } from "@mobigen/analytics-contract";
import type { Kind } from "../../../format/quantity";

/** What is drawn of a group of calls. */
export type Measure = { label: string; unit: string; kind: Kind; of: (group: CostGroup) => number };

export const cost: Measure = { label: "Cost", unit: "US dollars", kind: "money", of: ({ totalCost }) => totalCost };

export const tokens: Measure = {
  label: "Tokens",
  unit: "Input and output",
  kind: "tokens",
  of: ({ inputTokens, outputTokens }) => inputTokens + outputTokens,
};
