import { readFileSync } from "node:fs";

/** The version of this package, as its replies and its description tell it. */
export function readVersion(): string {
  // The same file seen from src and from dist.
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return String(version);
}
