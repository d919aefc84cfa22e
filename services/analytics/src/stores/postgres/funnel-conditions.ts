import type { FunnelOperator, FunnelProperty, FunnelStep } from "@mobigen/analytics-contract";
import type { Bindings } from "./slices.js";

/** A step with the keys of its type and name. */
export type KeyedStep = { nameKeys: readonly number[]; properties: NonNullable<FunnelStep["properties"]> };

/** The condition on app_event's columns that an event may be this step; never null. */
export function stepCondition(bindings: Bindings, { nameKeys, properties }: KeyedStep): string {
  const [only, ...others] = nameKeys;
  // Evaluated for every event: a list of one takes several times as long as the number.
  const isNamed =
    only !== undefined && others.length === 0
      ? `name_key = ${bindings.bind(only)}::integer`
      : `name_key = any(${bindings.bind(nameKeys)}::integer[])`;
  return [isNamed, ...properties.map((property) => propertyCondition(bindings, property))].join(" and ");
}

/**
 * Never null: a property that is not there, or null, is absent. A text is compared with the text of the value, as the filters of the
 * other questions do; numbers and booleans with values of their kind.
 */
function propertyCondition(bindings: Bindings, { key, operator = "is", value = null }: FunnelProperty): string {
  const name = `${bindings.bind(key)}::text`;
  const [json, text] = [`properties -> ${name}`, `properties ->> ${name}`];
  const isAbsent = `${text} is null`;
  // A case, for a condition alone does not say what is looked at first, and a cast of a text would fail.
  const ofKind = (kind: string, condition: string): string =>
    `case when jsonb_typeof(${json}) = '${kind}' then ${condition} else false end`;
  const compared = (comparison: string): string =>
    ofKind("number", `(${json})::numeric ${comparison} ${bindings.bind(String(value))}::numeric`);
  const conditionOf: Readonly<Record<FunnelOperator, () => string>> = {
    is: () => {
      if (value === null) return isAbsent;
      if (typeof value === "number") return compared("=");
      if (typeof value === "boolean") return ofKind("boolean", `(${json})::boolean = ${bindings.bind(value)}::boolean`);
      return `coalesce(${text} = ${bindings.bind(value)}::text, false)`;
    },
    is_not: () => `not (${conditionOf.is()})`,
    contains: () => ofKind("string", `strpos(${text}, ${bindings.bind(String(value))}::text) > 0`),
    gt: () => compared(">"),
    gte: () => compared(">="),
    lt: () => compared("<"),
    lte: () => compared("<="),
    exists: () => `not (${isAbsent})`,
    not_exists: () => isAbsent,
  };
  return conditionOf[operator]();
}
