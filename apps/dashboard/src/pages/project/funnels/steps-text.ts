import type { FunnelStep } from "@mobigen/analytics-contract";

/** The steps as the URL says them: JSON of the contract. */
export function writeSteps(steps: readonly FunnelStep[]): string {
  return JSON.stringify(steps);
}

/** Only its shape is looked at: what the steps say is for the service to judge. */
export function parseSteps(text: string): FunnelStep[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) && parsed.every(isStep) ? parsed : [];
  } catch {
    // A link that was cut short is one without a funnel.
    return [];
  }
}

function isStep(step: unknown): step is FunnelStep {
  if (typeof step !== "object" || step === null) return false;
  const { type, name, properties } = step as Record<string, unknown>;
  return (
    typeof type === "string" &&
    (name === undefined || typeof name === "string") &&
    (properties === undefined || (Array.isArray(properties) && properties.every(isProperty)))
  );
}

function isProperty(property: unknown): boolean {
  return typeof property === "object" && property !== null && typeof (property as { key?: unknown }).key === "string";
}
