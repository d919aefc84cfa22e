import { performance } from "node:perf_hooks";
import type pg from "pg";
import { createPool } from "../../src/stores/postgres/client.js";
import { createSummaryStore } from "../../src/stores/postgres/summary-store.js";
import { createSummaries } from "../../src/summaries/summaries.js";
import { silentLogger } from "../../test/support/silent-logger.js";
import { adminToken, createProjects, runLoad, type Service, startService } from "../environment.js";
import type { Part } from "../part.js";
import { median, milliseconds, percentile, perSecond, type Row } from "../report.js";
import { eventsPerBatch, simulateBatch } from "../simulated-devices.js";
import { createStoredProjects, type StoredProject, storeEvents } from "../stored-events.js";

const projectCount = 1_000;
const days = 90;
const asksOfEach = 30;
const mostMs = 50;
const mostGrowth = 1.3;

// What a page asks for; `PROJECT` is another one each time, so that nothing is answered from memory but what is meant to be.
const period = `period=${days}d`;
const paths = [
  "/metrics/dashboard",
  `/metrics/timeseries?metric=cost&granularity=day&${period}`,
  `/metrics/timeseries?metric=app_events&granularity=day&${period}`,
  `/metrics/timeseries?metric=app_sessions&granularity=week&${period}`,
  `/metrics/timeseries?metric=active_users&granularity=day&${period}`,
  `/metrics/timeseries?metric=app_events&granularity=day&projectId=PROJECT&${period}`,
  `/metrics/projects?${period}`,
  `/costs?${period}`,
  `/costs?groupBy=user&${period}`,
  `/costs?groupBy=model&${period}`,
  "/costs/project/PROJECT",
  "/usage/project/PROJECT",
  `/api/projects/PROJECT/overview?${period}`,
  `/api/projects/PROJECT/timeseries?metric=events&granularity=day&${period}`,
  `/api/projects/PROJECT/timeseries?metric=sessions&granularity=day&${period}`,
  `/api/projects/PROJECT/timeseries?metric=active_users&granularity=day&${period}`,
  `/api/projects/PROJECT/screens?${period}`,
  `/api/projects/PROJECT/events?${period}`,
  `/api/projects/PROJECT/active-users?${period}`,
  `/api/projects/PROJECT/versions?${period}`,
  `/api/projects/PROJECT/platforms?${period}`,
  `/api/projects/PROJECT/ingestion?${period}`,
  `/api/projects/PROJECT/sessions?${period}`,
  "/api/projects/PROJECT/actors",
] as const;

export const dashboards: Part = {
  title: `Pages: what they ask for of ${days} days and ${projectCount.toLocaleString("en")} projects`,
  async run(environment, settings, progress) {
    const { databaseUrl: url } = environment;
    const pool = createPool({ url, max: 2, applicationName: "bench", statementTimeoutMs: 0, logger: silentLogger });
    const service = await startService(environment);
    try {
      const ingestEmpty = await ingestRate(service, settings.rounds);
      progress(`ingestion with nothing stored: ${perSecond(ingestEmpty)}`);
      await sendUsage(service);
      const bytesBefore = await eventBytes(pool);
      const ids = Array.from({ length: projectCount }, (_, n) => `bench-pages-${n}`);
      const projects = await createStoredProjects(pool, ids);
      const all = Math.ceil(settings.storedEvents / eventsPerBatch);
      const tenth = Math.ceil(all / 10);
      const seed = settings.seed ?? 1;

      await storeEvents(pool, { projects, days, batches: { first: 0, count: tenth }, seed }, progress);
      await closeDays(pool);
      const few = await askAll(service, projects);
      progress(`asked at ${inWords(tenth)} events`);

      await storeEvents(pool, { projects, days, batches: { first: tenth, count: all - tenth }, seed }, progress);
      await closeDays(pool);
      const many = await askAll(service, projects);
      progress(`asked at ${inWords(all)} events`);

      const perEvent = ((await eventBytes(pool)) - bytesBefore) / (all * eventsPerBatch);
      const ingestFull = await ingestRate(service, settings.rounds);
      return {
        rows: [
          ...paths.map((path, n) => pageRow(path, many[n] ?? [], few[n] ?? [])),
          sizeRow(perEvent),
          {
            measured: `events ingested with ${inWords(all)} stored`,
            figure: perSecond(ingestFull),
            against: `${perSecond(ingestEmpty)} with none`,
            ratio: (ingestFull / ingestEmpty).toFixed(2),
            target: "≥ 0.9",
            met: ingestFull >= 0.9 * ingestEmpty,
          },
        ],
        notes: [
          `p95 of ${asksOfEach} requests one after another, of a project chosen anew each time, with ${inWords(all)} events stored through ingestion's store; against it, with ${inWords(tenth)}`,
          "days that are over were summed up by the daily job before; 20,000 usage records of the last minutes",
        ],
      };
    } finally {
      await service.stop();
      await pool.end();
    }
  },
};

function inWords(batches: number): string {
  return `${((batches * eventsPerBatch) / 1e6).toLocaleString("en")} million`;
}

/** As the daily job would have done, day after day; what an earlier call summed up is forgotten, for nothing that came since is late. */
async function closeDays(pool: pg.Pool): Promise<void> {
  await pool.query("truncate daily_summary, app_bucket_summary, active_summary, late_app_change, late_platform_change");
  await pool.query("update summary_progress set closed_before = '0001-01-01Z', noted_before = '0001-01-01Z'");
  await createSummaries(createSummaryStore(pool)).bringUpToDate(new Date());
  await pool.query("vacuum analyze");
}

async function askAll(service: Service, projects: readonly StoredProject[]): Promise<number[][]> {
  const times = paths.map((): number[] => []);
  for (let ask = 0; ask <= asksOfEach; ask += 1) {
    for (const [n, path] of paths.entries()) {
      const project = projects[(ask * 37 + n) % projects.length]?.id ?? "";
      const start = performance.now();
      const reply = await fetch(service.url + path.replace("PROJECT", project), {
        headers: { authorization: `Bearer ${adminToken}` },
      });
      const text = await reply.text();
      if (reply.status !== 200) throw new Error(`${path} answered ${reply.status}: ${text}`);
      // The first round fills what is kept in memory, as whoever looked before did.
      if (ask > 0) times[n]?.push(performance.now() - start);
    }
  }
  return times;
}

function pageRow(path: string, many: readonly number[], few: readonly number[]): Row {
  const [p95, before] = [percentile(many, 0.95), percentile(few, 0.95)];
  return {
    measured: `\`${path.replace("PROJECT", "…")}\``,
    figure: milliseconds(p95),
    against: `${milliseconds(before)} at a tenth`,
    ratio: (p95 / before).toFixed(2),
    target: `≤ ${mostMs} ms, ≤ ${mostGrowth} ×`,
    met: p95 <= mostMs && p95 <= mostGrowth * before,
  };
}

/** On disk, all tables and indexes that events are written to. */
async function eventBytes(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ bytes: string }>(
    `select sum(pg_total_relation_size(c.oid))::text as bytes from pg_class as c
     where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
       and c.relname ~ '^(app_event|session$|actor|project_rollup|event_name|device_profile|ingestion_|daily_summary|app_bucket|active_summary)'`,
  );
  return Number(rows[0]?.bytes);
}

function sizeRow(perEvent: number): Row {
  const sample = Array.from({ length: 50 }, (_, n) => simulateBatch(1, n, `bench-pages-${n}`, Date.now())).flat();
  const json = sample.reduce((sum, event) => sum + JSON.stringify(event).length, 0) / sample.length;
  return {
    measured: "bytes an event on disk, all tables and indexes",
    figure: perEvent.toFixed(0),
    against: `${json.toFixed(0)} of JSON`,
    ratio: (perEvent / json).toFixed(2),
    target: "≤ 1",
    met: perEvent <= json,
  };
}

async function ingestRate(service: Service, rounds: number): Promise<number> {
  const projects = await createProjects(service, projectCount);
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const batches = 1_500;
    const kind = {
      ...({ of: "batches", path: "/api/events", firstBatch: 0 } as const),
      ...{ seed: Date.now(), batches, end: Date.now(), projects },
    };
    const load = await runLoad({ url: service.url, connections: 32, kind });
    rates.push((batches * eventsPerBatch) / load.seconds);
  }
  return median(rates);
}

async function sendUsage(service: Service): Promise<void> {
  const kind = { of: "usage", path: "/usage/api", records: 20_000, token: adminToken, seed: Date.now() } as const;
  await runLoad({ url: service.url, connections: 64, kind });
}
