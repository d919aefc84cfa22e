import { performance } from "node:perf_hooks";
import pg from "pg";
import { adminToken, type Service, startService } from "../environment.js";
import type { Part } from "../part.js";
import { milliseconds, percentile, type Row } from "../report.js";
import { storedDatabase } from "../stored-events.js";

const days = 90;
// Enough for a 95th percentile that is not the maximum.
const asksOfEach = 20;

type Question = { name: string; path: string; body?: object };

const steps = [
  { type: "screen_view", name: "Home" },
  { type: "screen_view", name: "Product" },
  { type: "custom", name: "add_to_cart" },
  { type: "custom", name: "purchase_completed" },
];

/** Those that read more than rollups: a funnel of the default period, and the others of all that is stored. */
const questions: readonly Question[] = [
  { name: "retention by day, exact", path: `retention?period=${days}d&granularity=day` },
  { name: "retention by week, exact", path: `retention?period=${days}d&granularity=week` },
  { name: "retention by week, unbounded", path: `retention?period=${days}d&granularity=week&mode=unbounded` },
  { name: "funnel of 4 steps, 30 days", path: "funnels", body: { steps, windowSeconds: 86_400, period: "30d" } },
  {
    name: `funnel of 4 steps, ${days} days`,
    path: "funnels",
    body: { steps, windowSeconds: 86_400, period: `${days}d` },
  },
  {
    name: `funnel of 4 steps by version, in sessions, ${days} days`,
    path: "funnels",
    body: { steps, unit: "sessions", breakdown: "version", period: `${days}d` },
  },
  { name: "a session with its timeline", path: "sessions/SESSION" },
  { name: "an actor with their latest events", path: "actors/ACTOR" },
];

export const insights: Part = {
  title: "Insights that read more than rollups, of one project",
  async run(environment, settings, progress) {
    const events = settings.storedEvents;
    const stored = { prefix: "insights", projects: 1, days, events, seed: settings.seed ?? 1 };
    const { stores, projects } = await storedDatabase(environment, stored, progress);
    const pool = new pg.Pool({ connectionString: stores.databaseUrl, max: 2, options: "-c timezone=UTC" });
    const service = await startService(stores);
    try {
      const sessions = await idsOf(service, "sessions?period=all", "sessionId");
      const actors = await idsOf(service, "actors?kind=anonymous", "id");
      const counts: number[] = [];
      const times = questions.map((): number[] => []);
      for (let ask = 0; ask < asksOfEach; ask += 1) {
        counts.push(await timeOf(() => countSequentially(pool, projects[0]?.key ?? 0)));
        for (const [n, question] of questions.entries()) {
          const path = question.path
            .replace("SESSION", sessions[ask % sessions.length] ?? "")
            .replace("ACTOR", actors[ask % actors.length] ?? "");
          times[n]?.push(await timeOf(async () => void (await answer(service, { ...question, path }))));
        }
        progress(`asked ${ask + 1} of ${asksOfEach} times`);
      }
      const bound = percentile(counts, 0.5);
      return {
        rows: questions.map((question, n) => toRow(question, times[n] ?? [], bound)),
        notes: [
          `${events.toLocaleString("en-US")} events of 5,000 installs over ${days} days, 20 a session, stored through ingestion's store`,
          "the count: a sequential scan of the partitions by one process, everything in memory; its median",
          `resident memory of the service after it: ${Math.round(await service.rssMb())} MB`,
        ],
      };
    } finally {
      await service.stop();
      await pool.end();
    }
  },
};

async function timeOf(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function countSequentially(pool: pg.Pool, projectKey: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    for (const setting of ["enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan"])
      await client.query(`set local ${setting} = off`);
    await client.query("set local max_parallel_workers_per_gather = 0");
    await client.query("select count(*) from app_event where project_key = $1", [projectKey]);
    await client.query("commit");
  } finally {
    client.release();
  }
}

async function idsOf(service: Service, path: string, field: string): Promise<string[]> {
  const { items } = (await answer(service, { path })) as { items: Record<string, string>[] };
  return items.map((item) => item[field] ?? "");
}

async function answer({ url }: Service, { path, body }: Pick<Question, "path" | "body">): Promise<unknown> {
  const reply = await fetch(`${url}/api/projects/insights-0/${path}`, {
    headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  if (reply.status !== 200) throw new Error(`${path} answered ${reply.status}: ${text}`);
  return JSON.parse(text);
}

function toRow({ name }: Question, times: readonly number[], bound: number): Row {
  const p95 = percentile(times, 0.95);
  return {
    measured: `${name}, p95`,
    figure: `${milliseconds(p95)} (median ${milliseconds(percentile(times, 0.5))})`,
    against: `${milliseconds(bound)} sequential count(*)`,
    ratio: (p95 / bound).toFixed(2),
    target: "≤ 1",
    met: p95 <= bound,
  };
}
