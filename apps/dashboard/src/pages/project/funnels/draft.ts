import type { FunnelOperator, FunnelProperty, FunnelStep } from "@mobigen/analytics-contract";

/** A condition that is being written: its value is a text until it is asked with. */
export type DraftProperty = { id: number; key: string; operator: FunnelOperator; value: string };

/** A step that is being written; its type is empty until an event is chosen. */
export type DraftStep = { id: number; type: string; name: string | undefined; properties: readonly DraftProperty[] };

let lastId = 0;

export function emptyStep(): DraftStep {
  return { id: newId(), type: "", name: undefined, properties: [] };
}

export function emptyProperty(): DraftProperty {
  return { id: newId(), key: "", operator: "is", value: "" };
}

/** Ids tell the rows of the form apart while they are moved; nothing else sees them. */
function newId(): number {
  lastId += 1;
  return lastId;
}

export function draftOf(steps: readonly FunnelStep[]): DraftStep[] {
  return steps.map(({ type, name, properties = [] }) => ({
    id: newId(),
    type,
    name,
    properties: properties.map(({ key, operator = "is", value }) => ({
      id: newId(),
      key,
      operator,
      value: writeValue(value),
    })),
  }));
}

/** The steps to ask with; null while something is missing. */
export function stepsOf(draft: readonly DraftStep[]): FunnelStep[] | null {
  const isWhole = draft.every(({ type, properties }) => type !== "" && properties.every(isWholeProperty));
  if (!isWhole) return null;
  return draft.map(({ type, name, properties }) => ({
    type,
    ...(name === undefined ? {} : { name }),
    ...(properties.length === 0 ? {} : { properties: properties.map(propertyOf) }),
  }));
}

export function hasValue(operator: FunnelOperator): boolean {
  return operator !== "exists" && operator !== "not_exists";
}

export function isComparison(operator: FunnelOperator): boolean {
  return operator === "gt" || operator === "gte" || operator === "lt" || operator === "lte";
}

function isWholeProperty({ key, operator, value }: DraftProperty): boolean {
  if (key.trim() === "") return false;
  return !isComparison(operator) || (value.trim() !== "" && Number.isFinite(Number(value)));
}

function propertyOf({ key, operator, value }: DraftProperty): FunnelProperty {
  if (!hasValue(operator)) return { key, operator };
  return { key, operator, value: operator === "contains" ? value : readValue(value) };
}

/** `true`, `12`, and `null` are what they look like; the text "12" is written with its quotes. */
function readValue(text: string): string | number | boolean | null {
  if (!/^(true|false|null|-?\d+(\.\d+)?([eE][+-]?\d+)?|".*")$/.test(text)) return text;
  try {
    return JSON.parse(text) as string | number | boolean | null;
  } catch {
    // 007 is no number of JSON's.
    return text;
  }
}

function writeValue(value: FunnelProperty["value"]): string {
  if (value === undefined) return "";
  return typeof value === "string" && readValue(value) === value ? value : JSON.stringify(value);
}
