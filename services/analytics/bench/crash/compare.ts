import { setTimeout as sleep } from "node:timers/promises";
import type { CostBreakdown, UsageStats } from "@mobigen/analytics-contract";
import type pg from "pg";
import { type Money, parseMoney, sumMoney, zeroMoney } from "../../src/money.js";
import { createCounterTruth } from "../../src/stores/postgres/counter-truth.js";
import { createVerifyStore } from "../../src/stores/postgres/verify-store.js";
import { createRedisConnection } from "../../src/stores/redis/connection.js";
import { createRedisCounterStore } from "../../src/stores/redis/counter-store.js";
import { formatVerifyReport, verify } from "../../src/verify.js";
import { silentLogger } from "../../test/support/silent-logger.js";
import { adminToken } from "../environment.js";
import { type Kind, kinds, type Notebook, type UsageEntry } from "./notebook.js";

/** The counters are healed when Redis is back and when a write's end was in doubt: a look into the rollups, after a moment. */
const counterHealTimeoutMs = 15_000;
const pollMs = 250;
const maxNamed = 5;

export type Comparison = {
  /** What was acknowledged and is not there. */
  lost: number;
  /** What is there more than once. */
  twice: number;
  /** What is there and was never sent, or was refused with the words that nothing was stored. */
  uninvited: number;
  /** Never acknowledged, and stored all the same: that is allowed. */
  storedUnknown: Record<Kind, number>;
  verifiedRows: number;
  /** How long the counters took to be right, in milliseconds. */
  countersHealedMs: number;
  faults: string[];
};

export type CompareOptions = { notebook: Notebook; pool: pg.Pool; serviceUrl: string; redisUrl: string };

/** Holds the database, the service's replies and Redis against what the clients know. Nothing may be written meanwhile. */
export async function compare({ notebook, pool, serviceUrl, redisUrl }: CompareOptions): Promise<Comparison> {
  const faults: string[] = [];
  const sums = { lost: 0, twice: 0, uninvited: 0 };
  const storedUnknown = { event: 0, usage: 0, platform: 0 };
  for (const kind of kinds) {
    const stored = await readStored(pool, kind);
    // Every row was new to one commit at most; replies that were lost make it fewer.
    const calledNew = notebook.counts(kind).newlyStored;
    if (calledNew > stored.size) faults.push(`${kind}: ${calledNew} were called new, ${stored.size} are stored`);
    const judged = judge(notebook, kind, stored);
    for (const name of ["lost", "twice", "uninvited"] as const) {
      const ids = judged[name];
      sums[name] += ids.length;
      if (ids.length > 0) faults.push(`${kind}: ${ids.length} ${name}: ${ids.slice(0, maxNamed).join(", ")}`);
    }
    storedUnknown[kind] = judged.storedUnknown.length;
  }
  faults.push(...(await misplaced(notebook, pool)));
  const report = await verify(createVerifyStore(pool));
  if (!report.clean) faults.push(`verify:\n${formatVerifyReport(report)}`);
  faults.push(...(await wrongSums(notebook, pool, serviceUrl)));
  const counters = await untilCountersAgree(pool, redisUrl);
  if (counters.difference !== null) faults.push(`Redis: ${counters.difference}`);
  const verifiedRows = report.checks.reduce((sum, check) => sum + check.rows, 0);
  return { ...sums, storedUnknown, verifiedRows, countersHealedMs: counters.tookMs, faults };
}

const storedIds: Record<Kind, string> = {
  event: "select coalesce(event_id_text, event_id::text) as id from app_event",
  usage: "select request_id as id from usage_record",
  platform: "select event_id as id from platform_event",
};

/** How often each id is there. */
async function readStored(pool: pg.Pool, kind: Kind): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ id: string; times: number }>(
    `select id, count(*) as times from (${storedIds[kind]}) as stored group by id`,
  );
  return new Map(rows.map(({ id, times }) => [id, times]));
}

function judge(notebook: Notebook, kind: Kind, stored: ReadonlyMap<string, number>) {
  const lost = [...notebook.sent(kind).keys()].filter((id) => notebook.isAcknowledged(kind, id) && !stored.has(id));
  const twice = [...stored].filter(([, times]) => times > 1).map(([id]) => id);
  const uninvited = [...stored.keys()].filter((id) => !notebook.mayBeStored(kind, id));
  const storedUnknown = [...stored.keys()].filter((id) => !notebook.isAcknowledged(kind, id));
  return { lost, twice, uninvited, storedUnknown };
}

/** Events with another project or time than they were sent with, and projects that an acknowledged event registered in vain. */
async function misplaced(notebook: Notebook, pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string; project: string; at: Date }>(
    `select coalesce(event_id_text, event_id::text) as id, project.id as project, occurred_at as at
     from app_event join project using (project_key)`,
  );
  const sent = notebook.sent("event");
  const wrong = rows.filter(({ id, project, at }) => {
    const entry = sent.get(id);
    return entry?.kind === "event" && (entry.projectId !== project || entry.occurredAt !== at.getTime());
  });
  const projects = await pool.query<{ id: string }>("select id from project");
  const registered = new Set(projects.rows.map(({ id }) => id));
  const unregistered = [...notebook.sent("platform").values()].filter(
    (entry) =>
      entry.kind === "platform" &&
      entry.event === "project.created" &&
      notebook.isAcknowledged("platform", entry.id) &&
      !registered.has(entry.projectId),
  );
  return [
    ...wrong.slice(0, maxNamed).map(({ id, project, at }) => `event ${id} lies in ${project} at ${at.toISOString()}`),
    ...unregistered.slice(0, maxNamed).map(({ id }) => `platform event ${id} did not register its project`),
  ];
}

type Sums = { requests: number; inputTokens: number; outputTokens: number; cost: Money };

/** What each user used and spent, by the service's own replies, against the clients' sums over what is stored. */
async function wrongSums(notebook: Notebook, pool: pg.Pool, serviceUrl: string): Promise<string[]> {
  const stored = await readStored(pool, "usage");
  const byUser = new Map<string, UsageEntry[]>();
  for (const entry of notebook.sent("usage").values()) {
    if (entry.kind !== "usage" || !stored.has(entry.id)) continue;
    byUser.set(entry.userId, [...(byUser.get(entry.userId) ?? []), entry]);
  }
  const wrong: string[] = [];
  for (const [userId, entries] of byUser) {
    const expected = sumsOf(entries);
    const usage = await get<UsageStats>(`${serviceUrl}/usage/user/${userId}?period=all`);
    const costs = await get<CostBreakdown>(`${serviceUrl}/costs/user/${userId}?period=all`);
    const { rows } = await pool.query<{ cost: string | null }>(
      "select sum(input_cost + output_cost) as cost from usage_rollup where user_id = $1",
      [userId],
    );
    const answered = [usage.totalRequests, usage.totalInputTokens, usage.totalOutputTokens, costs.totalCost];
    const wanted = [expected.requests, expected.inputTokens, expected.outputTokens, Number(expected.cost.toString())];
    if (JSON.stringify(answered) !== JSON.stringify(wanted)) wrong.push(`${userId}: ${answered} instead of ${wanted}`);
    if (!parseMoney(rows[0]?.cost ?? "0").eq(expected.cost)) {
      wrong.push(`${userId}: the rollup has $${rows[0]?.cost}, the clients $${expected.cost.toFixed()}`);
    }
  }
  return wrong;
}

function sumsOf(entries: readonly UsageEntry[]): Sums {
  return {
    requests: entries.length,
    inputTokens: entries.reduce((sum, entry) => sum + entry.inputTokens, 0),
    outputTokens: entries.reduce((sum, entry) => sum + entry.outputTokens, 0),
    cost: sumMoney(entries.map((entry) => entry.cost ?? zeroMoney)),
  };
}

async function get<Body>(url: string): Promise<Body> {
  const reply = await fetch(url, { headers: { authorization: `Bearer ${adminToken}` } });
  if (!reply.ok) throw new Error(`${url} answered ${reply.status}: ${await reply.text()}`);
  return (await reply.json()) as Body;
}

/** Redis' counters of this day and hour against the ledger's, until they agree or the time for it is over. */
async function untilCountersAgree(
  pool: pg.Pool,
  redisUrl: string,
): Promise<{ difference: string | null; tookMs: number }> {
  const connection = createRedisConnection({ url: redisUrl, logger: silentLogger });
  const counters = createRedisCounterStore(connection, () => undefined);
  const truth = createCounterTruth(pool);
  const startedAt = performance.now();
  try {
    await connection.connect();
    for (;;) {
      const at = new Date();
      const wanted = await truth(at);
      const of = { userIds: [...wanted.users.keys()], projectIds: [...wanted.projects.keys()] };
      const counted = await counters.read(of, at);
      const tookMs = performance.now() - startedAt;
      const texts = [counted, wanted].map((values) => (values === null ? "nothing" : describeCounters(values)));
      if (texts[0] === texts[1]) return { difference: null, tookMs };
      if (tookMs > counterHealTimeoutMs) return { difference: `${texts[0]} instead of ${texts[1]}`, tookMs };
      await sleep(pollMs);
    }
  } finally {
    await connection.close();
  }
}

type Counters = Awaited<ReturnType<ReturnType<typeof createCounterTruth>>>;

function describeCounters({ users, projects, globalTokensThisHour }: Counters): string {
  return JSON.stringify({ users: [...users], projects: [...projects], globalTokensThisHour });
}
