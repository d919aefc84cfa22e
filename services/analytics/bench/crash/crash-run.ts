import { chmod, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createPool } from "../../src/stores/postgres/client.js";
import { startRedis } from "../../test/support/redis.js";
import { silentLogger } from "../../test/support/silent-logger.js";
import { adminToken } from "../environment.js";
import type { ProjectKey } from "../load-client.js";
import { seededRandom } from "../simulated-devices.js";
import { type ClientOptions, runClient } from "./client.js";
import { type Comparison, compare } from "./compare.js";
import { createNotebook, type Kind, kinds, type Summary } from "./notebook.js";
import { startCrashPostgres } from "./postgres-server.js";
import { createReplica, type Replica } from "./replica.js";
import { createSaboteur, type Sabotage } from "./saboteur.js";
import { createTraffic } from "./traffic.js";

const replicaCount = 3;
const clientCount = 12;
const projectCount = 5;
/** Of the one project that is sent more than it may. */
const throttledEventsPerMinute = 600;
const unthrottledEventsPerMinute = 100_000_000;
/** Bounds what this process remembers, however long the run. */
const maxBatchesPerClient = 20_000;
/** Requests that their client gave up may still be on their way through a replica that was paused. */
const settleMs = 2_000;
/** A hang of the database takes a quarter of a minute, in which there is nothing to acknowledge: long runs only. */
const secondsForHangs = 120;

export type CrashOptions = {
  seconds: number;
  seed: number;
  /** One line for each sabotage, and what else is worth telling. */
  log: (line: string) => void;
  /** Ends the run early, and everything it started with it. */
  signal?: AbortSignal;
};

export type CrashReport = Comparison &
  Summary & {
    seed: number;
    counts: Record<Kind, { sent: number; acknowledged: number; newlyStored: number }>;
    sabotages: Partial<Record<Sabotage, number>>;
    faults: string[];
  };

/**
 * Three replicas on a PostgreSQL and a Redis of their own, clients that send what they will remember, and a saboteur; in the end,
 * with everything whole again, what is stored is held against what was acknowledged. `faults` is empty when all promises were kept.
 */
export async function runCrash(options: CrashOptions): Promise<CrashReport> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    return await runIn(options, undo);
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

async function runIn(
  { seconds, seed, log, signal }: CrashOptions,
  undo: (() => Promise<unknown>)[],
): Promise<CrashReport> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "mobigen-analytics-crash-"));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  // mkdtemp closes the folder to everybody else; run as root, PostgreSQL is somebody else.
  await chmod(folder, 0o755);
  const postgres = await startCrashPostgres(folder);
  undo.push(postgres.stop);
  const redis = await startRedis();
  undo.push(redis.stop);

  const notebook = createNotebook((ms) => log(`          nothing was acknowledged for ${(ms / 1_000).toFixed(1)} s`));
  const replicas: Replica[] = [];
  for (let n = 1; n <= replicaCount; n += 1) {
    const place = { databaseUrl: postgres.url, redisUrl: redis.url, dataDir: path.join(folder, `replica-${n}`) };
    replicas.push(await createReplica({ ...place, name: `replica ${n}`, onFault: notebook.fault }));
  }
  undo.push(() => Promise.all(replicas.map((replica) => replica.end())));
  await Promise.all(replicas.map((replica) => replica.start()));
  const urls = replicas.map((replica) => replica.url);
  const projects: ProjectKey[] = [];
  for (let n = 0; n < projectCount; n += 1) projects.push(await createProject(urls[0] as string, `crash-app-${n}`));
  const throttled = await createProject(urls[0] as string, "crash-throttled", throttledEventsPerMinute);

  let isStopping = false;
  const endsAt = Date.now() + seconds * 1_000;
  const isOver = (): boolean => isStopping || signal?.aborted === true || Date.now() >= endsAt;
  const without = seconds < secondsForHangs ? (["PostgreSQL hung"] as const) : [];
  const parts = { replicas, postgres, redis, acknowledgements: notebook.acknowledgements, without };
  const saboteur = createSaboteur({ random: seededRandom(seed), ...parts, log });
  const clients = Array.from({ length: clientCount }, (_, n) => {
    const random = seededRandom(seed * 1_000 + n + 1);
    const isThrottled = n === 0;
    const place = { client: `c${n}`, random, projects: isThrottled ? [throttled] : projects, eventsOnly: isThrottled };
    const traffic = createTraffic(place);
    return runClient({ traffic, notebook, random, urls, ...mannersOf(n), isStopping: () => isStopping });
  });
  // Clients go on till everything is whole again: the last thing that each sees is a success.
  await saboteur.run(isOver);
  isStopping = true;
  await Promise.all(clients);
  if (signal?.aborted === true) throw new Error("the run was ended early");
  log("everything is whole again, every client is done: comparing");
  await sleep(settleMs);

  const pool = createPool({ url: postgres.url, max: 2, applicationName: "crash-compare", logger: silentLogger });
  undo.push(() => pool.end());
  const comparison = await compare({ notebook, pool, serviceUrl: urls[0] as string, redisUrl: redis.url });
  const summary = notebook.summary();
  const counts = Object.fromEntries(kinds.map((kind) => [kind, notebook.counts(kind)])) as CrashReport["counts"];
  const faults = [...summary.faults, ...comparison.faults];
  return { ...summary, ...comparison, seed, counts, sabotages: saboteur.counts(), faults };
}

/** Patient and hasty clients: the latter give up while the service may still be storing what they sent. */
function mannersOf(n: number): Pick<ClientOptions, "maxAttempts" | "timeoutMs" | "maxPauseMs" | "maxBatches"> {
  const isHasty = n % 3 === 0;
  return {
    maxAttempts: isHasty ? 3 : 15,
    timeoutMs: isHasty ? 1_000 : 3_000,
    maxPauseMs: 80,
    maxBatches: maxBatchesPerClient,
  };
}

async function createProject(
  url: string,
  id: string,
  eventsPerMinute = unthrottledEventsPerMinute,
): Promise<ProjectKey> {
  await post(`${url}/api/projects`, { id, name: id, eventsPerMinute });
  const { key } = await post(`${url}/api/projects/${id}/keys`, {});
  return { id, key: String(key) };
}

async function post(url: string, body: object): Promise<Record<string, unknown>> {
  const reply = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${adminToken}` },
    body: JSON.stringify(body),
  });
  if (reply.status !== 201) throw new Error(`${url} answered ${reply.status}: ${await reply.text()}`);
  return (await reply.json()) as Record<string, unknown>;
}
