import { performance } from "node:perf_hooks";
import pg from "pg";
import { adminToken, runLoad, type Service, startService } from "../environment.js";
import type { Part, Settings } from "../part.js";
import { milliseconds, percentile, type Row } from "../report.js";
import { simulateBatch } from "../simulated-devices.js";
import { type StoredDatabase, storedDatabase } from "../stored-events.js";

const projectCount = 1_000;
const days = 90;
const asksOfEach = 100;
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
    const events = settings.storedEvents;
    const databases = [];
    for (const stored of [events / 10, events]) {
      databases.push(await storedDatabase(environment, storedPages(stored, settings), progress));
      progress(`${inWords(stored)} events are stored`);
    }
    const asked: Asked[] = [];
    try {
      for (const database of databases) {
        const service = await startService(database.stores);
        asked.push({ ...database, service, times: paths.map(() => []) });
        await sendUsage(service);
      }
      for (let ask = 0; ask <= asksOfEach; ask += 1) for (const one of asked) await askAll(one, ask);
    } finally {
      for (const { service } of asked) await service.stop();
    }
    const [few, many] = asked.map(({ times }) => times);
    return {
      rows: [
        ...paths.map((path, n) => pageRow(path, many?.[n] ?? [], few?.[n] ?? [])),
        sizeRow((await eventBytes(databases[1]?.stores.databaseUrl ?? "")) / events),
      ],
      notes: [
        `p95 of ${asksOfEach} requests one after another, of a project chosen anew each time, with ${inWords(events)} events stored through ingestion's store; against it, in turns, with ${inWords(events / 10)}`,
        "days that are over were summed up by the daily job before; 20,000 usage records of the last minutes",
        "at 5 million a project has a batch of 100 events every other day, at 50 million five a day: the sums that are read are fuller, not only more events behind them",
        "screens count who saw each of them, which no sum knows: single events, 35,000 of them at 50 million",
      ],
    };
  },
};

/** What the parts that ask about a whole platform store. */
export const storedPages = (events: number, { seed = 1 }: Pick<Settings, "seed">) => ({
  ...{ prefix: "pages", projects: projectCount, days, events, seed },
});

type Asked = StoredDatabase & { service: Service; times: number[][] };

function inWords(events: number): string {
  return `${(events / 1e6).toLocaleString("en")} million`;
}

async function askAll({ service, projects, times }: Asked, ask: number): Promise<void> {
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
async function eventBytes(databaseUrl: string): Promise<number> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const { rows } = await client.query<{ bytes: string }>(
    `select sum(pg_total_relation_size(c.oid))::text as bytes from pg_class as c
     where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
       and c.relname ~ '^(app_event|session$|actor|project_rollup|event_name|device_profile|ingestion_|daily_summary|app_bucket|active_summary)'`,
  );
  await client.end();
  return Number(rows[0]?.bytes);
}

function sizeRow(perEvent: number): Row {
  const sample = Array.from({ length: 50 }, (_, n) => simulateBatch(1, n, `pages-${n}`, Date.now())).flat();
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

async function sendUsage(service: Service): Promise<void> {
  const kind = { of: "usage", path: "/usage/api", records: 20_000, token: adminToken, seed: Date.now() } as const;
  await runLoad({ url: service.url, connections: 64, kind });
}
