import { parseArgs } from "node:util";
import pg from "pg";
import { startEnvironment } from "./environment.js";
import type { Part } from "./part.js";
import { ingest } from "./parts/ingest.js";
import { latency } from "./parts/latency.js";
import { memory } from "./parts/memory.js";
import { retries } from "./parts/retries.js";
import { singles } from "./parts/singles.js";
import { usage } from "./parts/usage.js";
import { formatTable, type PartReport, writeReport } from "./report.js";

const parts: Record<string, Part> = { ingest, singles, latency, retries, usage, memory };

const help = `npm run bench -- [PART ...] [--events N] [--rounds N] [--seconds N] [--no-write]

Measures the built service against bounds taken in the same run and writes docs/benchmarks.md.
Parts: ${Object.keys(parts).join(", ")} (all of them without a name)
  --events N    events of each ingest round (default 300000)
  --rounds N    interleaved rounds, of which the median counts (default 3)
  --seconds N   how long the memory part keeps the service saturated (default 300)
  --no-write    print only`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    events: { type: "string", default: "300000" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "300" },
    "no-write": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(help);
} else {
  process.exitCode = await main();
}

async function main(): Promise<number> {
  const names = positionals.length > 0 ? positionals : Object.keys(parts);
  const unknown = names.filter((name) => parts[name] === undefined);
  if (unknown.length > 0) {
    console.error(`No such part: ${unknown.join(", ")}. Parts: ${Object.keys(parts).join(", ")}.`);
    return 1;
  }
  const settings = { events: Number(values.events), rounds: Number(values.rounds), seconds: Number(values.seconds) };
  const environment = await startEnvironment();
  try {
    const reports: PartReport[] = [];
    for (const name of names) {
      const part = parts[name] as Part;
      console.log(`\n${part.title}`);
      const report = await part.run(environment, settings, (step) => console.log(`  ${step}`));
      console.log(`${formatTable(report.rows)}\n${report.notes.map((note) => `- ${note}`).join("\n")}`);
      reports.push({ name, title: part.title, ...report });
    }
    if (!values["no-write"])
      console.log(`\nWritten: ${await writeReport(reports, await versions(environment.databaseUrl))}`);
    return 0;
  } finally {
    await environment.stop();
  }
}

async function versions(databaseUrl: string): Promise<Record<string, string>> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>("show server_version");
  await client.end();
  return { Node: process.versions.node, PostgreSQL: rows[0]?.server_version ?? "unknown" };
}
