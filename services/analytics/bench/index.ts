import { parseArgs } from "node:util";
import pg from "pg";
import { type Environment, startEnvironment } from "./environment.js";
import type { Part } from "./part.js";
import { crash } from "./parts/crash.js";
import { dashboards } from "./parts/dashboards.js";
import { firstPage } from "./parts/first-page.js";
import { growth } from "./parts/growth.js";
import { ingest } from "./parts/ingest.js";
import { insights } from "./parts/insights.js";
import { latency } from "./parts/latency.js";
import { memory } from "./parts/memory.js";
import { projection } from "./parts/projection.js";
import { retries } from "./parts/retries.js";
import { singles } from "./parts/singles.js";
import { usage } from "./parts/usage.js";
import { formatMeasured, type PartReport, writeReport } from "./report.js";

const parts: Record<string, Part> = {
  ingest,
  singles,
  latency,
  retries,
  usage,
  memory,
  crash,
  projection,
  insights,
  dashboards,
  growth,
  "first-page": firstPage,
};

const help = `npm run bench -- [PART ...] [--events N] [--rounds N] [--seconds N] [--seed N] [--no-write]

Measures the built service against bounds taken in the same run and writes docs/benchmarks.md.
Parts: ${Object.keys(parts).join(", ")} (all of them without a name)
  --events N    events of each ingest round (default 300000), or that insights, dashboards and growth store (default 5000000)
  --rounds N    interleaved rounds, of which the median counts (default 3)
  --seconds N   how long the memory part keeps the service saturated, and the crash part breaks it (default 300)
  --seed N      what the crash part draws its faults from (default: any, printed)
  --data DIR    where the last three keep what they store, and find it the next time; nothing else runs on that PostgreSQL. What growth
                ingests stays in it: run it last
  --no-write    print only`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    events: { type: "string" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "300" },
    seed: { type: "string" },
    data: { type: "string" },
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
  const settings = {
    events: Number(values.events ?? 300_000),
    storedEvents: Number(values.events ?? 5_000_000),
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    seed: values.seed === undefined ? undefined : Number(values.seed),
  };
  const needsEnvironment = names.some((name) => "run" in (parts[name] as Part));
  const environment = needsEnvironment ? await startEnvironment(values.data) : null;
  try {
    const reports: PartReport[] = [];
    for (const name of names) {
      const part = parts[name] as Part;
      console.log(`\n${part.title}`);
      const progress = (step: string) => console.log(`  ${step}`);
      const report =
        "run" in part ? await part.run(environment as Environment, settings, progress) : part.compute(progress);
      console.log(formatMeasured(report));
      reports.push({ name, title: part.title, ...report });
    }
    const sound = reports.filter((report) => report.failed !== true);
    if (!values["no-write"] && sound.length > 0)
      console.log(`\nWritten: ${await writeReport(sound, await versions(environment))}`);
    return sound.length === reports.length ? 0 : 1;
  } finally {
    await environment?.stop();
  }
}

async function versions(environment: Environment | null): Promise<Record<string, string>> {
  if (environment === null) return { Node: process.versions.node };
  const client = new pg.Client(environment.databaseUrl);
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>("show server_version");
  await client.end();
  return { Node: process.versions.node, PostgreSQL: rows[0]?.server_version ?? "unknown" };
}
