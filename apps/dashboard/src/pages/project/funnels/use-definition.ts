import type { FunnelBreakdown, FunnelStep, FunnelUnit } from "@mobigen/analytics-contract";
import { useMemo } from "react";
import { useParam } from "../../../app/use-window";
import { parseSteps } from "./steps-text";

export const withins = [
  { value: "1h", label: "Within an hour", seconds: 3_600 },
  { value: "1d", label: "Within a day", seconds: 86_400 },
  { value: "7d", label: "Within 7 days", seconds: 7 * 86_400 },
  { value: "30d", label: "Within 30 days", seconds: 30 * 86_400 },
  { value: "90d", label: "Within 90 days", seconds: 90 * 86_400 },
] as const;

export const units: readonly { value: FunnelUnit; label: string }[] = [
  { value: "actors", label: "Users" },
  { value: "sessions", label: "Sessions" },
];

export const breakdowns: readonly { value: FunnelBreakdown | ""; label: string }[] = [
  { value: "", label: "No breakdown" },
  { value: "platform", label: "By platform" },
  { value: "version", label: "By version" },
  { value: "country", label: "By country" },
];

export type Definition = {
  steps: readonly FunnelStep[];
  within: string;
  windowSeconds: number;
  unit: FunnelUnit;
  breakdown: FunnelBreakdown | "";
};

/** The funnel of the page's URL; what is no funnel in it counts as not said. */
export function useDefinition(): Definition {
  const [stepsText] = useParam("steps");
  const [within] = useParam("within", "7d");
  const [unit] = useParam("unit", "actors");
  const [breakdown] = useParam("by");
  const steps = useMemo(() => parseSteps(stepsText), [stepsText]);
  const chosen = withins.find(({ value }) => value === within) ?? withins[2];
  return {
    steps,
    within: chosen.value,
    windowSeconds: chosen.seconds,
    unit: unit === "sessions" ? "sessions" : "actors",
    breakdown: breakdowns.find(({ value }) => value === breakdown)?.value ?? "",
  };
}
