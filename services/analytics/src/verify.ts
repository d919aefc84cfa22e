import type { CheckResult, Difference, VerifyStore } from "./stores/verify-store.js";

export type VerifyReport = {
  checks: CheckResult[];
  /** True when nothing differs. */
  clean: boolean;
};

/** Differences shown of each check, unless asked otherwise. */
export const defaultMaxShown = 20;

/** Computes every rollup and receipt again from the raw rows and compares. Reads only, and everything: minutes on a large database. */
export async function verify(store: VerifyStore, { maxShown = defaultMaxShown } = {}): Promise<VerifyReport> {
  const checks = await store.recount(maxShown);
  return { checks, clean: checks.every((check) => check.differences === 0) };
}

/** The report as a table `name · rows checked · differences`, followed by the first differences. */
export function formatVerifyReport({ checks, clean }: VerifyReport): string {
  const table = [
    ["name", "rows checked", "differences"],
    ...checks.map((check) => [check.name, grouped(check.rows), grouped(check.differences)]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  "),
  );
  const rows = checks.reduce((sum, check) => sum + check.rows, 0);
  const differences = checks.reduce((sum, check) => sum + check.differences, 0);
  const verdict = clean
    ? `No difference in ${grouped(rows)} rows.`
    : `${grouped(differences)} of ${grouped(rows)} rows differ from what the raw rows say.`;
  return [...lines, "", ...checks.flatMap(formatDifferences), verdict].join("\n");
}

function formatDifferences({ name, differences, first }: CheckResult): string[] {
  if (differences === 0) return [];
  const more = differences - first.length;
  return [
    `${name}:`,
    ...first.map((difference) => `  ${formatDifference(difference)}`),
    ...(more > 0 ? [`  … and ${grouped(more)} more`] : []),
    "",
  ];
}

function formatDifference({ key, fields }: Difference): string {
  const where = Object.entries(key).map(([column, value]) => `${column}=${JSON.stringify(value)}`);
  const what = fields.map(
    ({ field, stored, recounted }) => `${field} is ${stored ?? "missing"}, should be ${recounted ?? "missing"}`,
  );
  return `${where.join(" ")}: ${what.join("; ")}`;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
