/** A small object as people read it: `name: finance, scopes: platform:read`. Empty for an empty one. */
export function writeDetail(detail: Readonly<Record<string, unknown>>): string {
  return Object.entries(detail)
    .flatMap(([name, value]) => (value === null ? [] : [`${name}: ${writeValue(value)}`]))
    .join(", ");
}

function writeValue(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) return value.join(" ");
  return JSON.stringify(value);
}
