import { readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

/** One line of a part's table: what was measured, against what, and the target from docs/benchmarks.md's own head. */
export type Row = { measured: string; figure: string; against: string; ratio: string; target: string; met: boolean };

/** What has no bound to be held against; cells as they are to be read. */
export type Table = { title: string; head: string[]; rows: string[][] };

export type PartReport = {
  name: string;
  title: string;
  rows: Row[];
  tables?: Table[];
  notes: string[];
  /** A promise was broken: nothing is written, and the run ends with exit code 1. */
  failed?: boolean;
};

const file = path.join(import.meta.dirname, "../../../docs/benchmarks.md");

/** A part's figures as Markdown: its rows, its tables, its notes. */
export function formatMeasured({ rows, tables = [], notes }: Pick<PartReport, "rows" | "tables" | "notes">): string {
  return [
    formatRows(rows),
    ...tables.map(({ title, head, rows: cells }) => `${title}:\n\n${formatTable(head, cells)}`),
    notes.map((note) => `- ${note}`).join("\n"),
  ].join("\n\n");
}

function formatRows(rows: Row[]): string {
  const head = ["measured", "figure", "against, in the same run", "ratio", "target", "met"];
  const lines = rows.map((row) => [
    row.measured,
    row.figure,
    row.against,
    row.ratio,
    row.target,
    row.met ? "yes" : "no",
  ]);
  return formatTable(head, lines);
}

function formatTable(head: string[], lines: string[][]): string {
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Writes each part's section of docs/benchmarks.md anew and leaves the other sections as they stand. */
export async function writeReport(reports: PartReport[], versions: Record<string, string>): Promise<string> {
  let text = await readFile(file, "utf8");
  for (const report of reports) {
    const begin = `<!-- ${report.name} -->`;
    const end = `<!-- /${report.name} -->`;
    const stamp = `${new Date().toISOString().slice(0, 10)}, ${describeMachine()}, ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}.`;
    const section = [begin, `### ${report.title}`, "", stamp, "", formatMeasured(report), end].join("\n");
    const from = text.indexOf(begin);
    const to = text.indexOf(end);
    text =
      from >= 0 && to > from
        ? text.slice(0, from) + section + text.slice(to + end.length)
        : `${text.trimEnd()}\n\n${section}\n`;
  }
  await writeFile(file, text);
  return file;
}

export function describeMachine(): string {
  const model = os.cpus()[0]?.model ?? "unknown processor";
  return `${os.cpus().length} cores (${model}), ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()}`;
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function perSecond(value: number): string {
  return `${Math.round(value).toLocaleString("en-US")}/s`;
}

export function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} ms`;
}

/** The nearest-rank percentile; `share` from 0 to 1. NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))] ?? Number.NaN;
}
