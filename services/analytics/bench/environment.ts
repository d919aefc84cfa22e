import { type ChildProcess, fork, spawn } from "node:child_process";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../src/stores/postgres/embedded.js";
import { migrate } from "../src/stores/postgres/migrate.js";
import { startRedis } from "../test/support/redis.js";
import { silentLogger } from "../test/support/silent-logger.js";
import type { Load, LoadResult, ProjectKey } from "./load-client.js";

export const adminToken = "bench-admin-token-0123456789abcdef";

/** What a service is started on. */
export type Stores = { databaseUrl: string; redisUrl: string; folder: string };

export type Environment = Stores & {
  /** Of PostgreSQL's first process; its connections are its children. */
  postgresPid: number;
  /** The stores of another database of this PostgreSQL, made and migrated if it is not there; Redis forgets what is not of this run. */
  database(name: string): Promise<Stores>;
  /** With all that is in it; nobody may be connected who minds. */
  dropDatabase(name: string): Promise<void>;
  stop(): Promise<void>;
};

export type Service = { url: string; pid: number; rssMb(): Promise<number>; stop(): Promise<void> };

/**
 * PostgreSQL as `npm start` would have it (fsync and synchronous_commit on) and Redis, both for this run alone. With `keepIn` the
 * databases of that folder are found again, but for the one that the environment itself is of, which begins with nothing.
 */
export async function startEnvironment(keepIn?: string): Promise<Environment> {
  const folder = keepIn ?? (await mkdtemp(path.join(os.tmpdir(), "mobigen-analytics-bench-")));
  if (keepIn === undefined) await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir: folder, logger: silentLogger });
  const redis = await startRedis();
  const [postgresPid] = (await readFile(path.join(folder, "postgres/postmaster.pid"), "utf8")).split("\n");
  let databases = 0;
  const database = async (name: string) => {
    await ensureDatabase(postgres, name);
    // Each database has a Redis database of its own, or one service would answer from what another remembers.
    databases += 1;
    return { databaseUrl: urlOf(postgres, name), redisUrl: `${redis.url}/${databases}`, folder };
  };
  await dropDatabase(postgres, "nothing_stored");
  return {
    ...(await database("nothing_stored")),
    postgresPid: Number(postgresPid),
    database,
    dropDatabase: (name) => dropDatabase(postgres, name),
    stop: async () => {
      await redis.stop();
      await postgres.stop();
      if (keepIn === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

function urlOf(postgres: EmbeddedPostgres, database: string): string {
  const url = new URL(postgres.url);
  url.pathname = `/${database}`;
  return url.href;
}

async function ensureDatabase(postgres: EmbeddedPostgres, name: string): Promise<void> {
  await withPool(postgres.url, async (pool) => {
    const { rowCount } = await pool.query("select 1 from pg_database where datname = $1", [name]);
    if (rowCount === 0) await pool.query(`create database ${pg.escapeIdentifier(name)}`);
  });
  await withPool(urlOf(postgres, name), (pool) => migrate(pool, { logger: silentLogger }));
}

async function dropDatabase(postgres: EmbeddedPostgres, name: string): Promise<void> {
  await withPool(postgres.url, (pool) =>
    pool.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`),
  );
}

async function withPool(url: string, work: (pool: pg.Pool) => Promise<unknown>): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  try {
    await work(pool);
  } finally {
    await pool.end();
  }
}

/** The built service in a process of its own, as in production but for cron. */
export async function startService(stores: Stores): Promise<Service> {
  const port = await freePort();
  const entry = path.join(import.meta.dirname, "../dist/index.js");
  const child = spawn(
    process.execPath,
    ["--v8-pool-size=1", ...(process.env["BENCH_NODE_ARGS"]?.split(" ") ?? []), entry],
    {
      env: {
        PATH: process.env["PATH"],
        NODE_ENV: "production",
        HOST: "127.0.0.1",
        PORT: String(port),
        DATABASE_URL: stores.databaseUrl,
        REDIS_URL: stores.redisUrl,
        DATA_DIR: path.join(stores.folder, "data"),
        ADMIN_TOKEN: adminToken,
        ENABLE_CRON: "false",
        LOG_LEVEL: "warn",
      },
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  const url = `http://127.0.0.1:${port}`;
  await untilHealthy(`${url}/health/ready`, child);
  return { url, pid: child.pid ?? 0, rssMb: () => rssMb(child.pid ?? 0), stop: () => endProcess(child) };
}

/** An Express route that reads and parses a JSON body and stores nothing: what HTTP itself costs here. */
export async function startEmptyRoute(): Promise<Service> {
  const port = await freePort();
  const child = fork(path.join(import.meta.dirname, "empty-route.ts"), [String(port)]);
  const url = `http://127.0.0.1:${port}`;
  await untilHealthy(`${url}/health`, child);
  return { url, pid: child.pid ?? 0, rssMb: () => rssMb(child.pid ?? 0), stop: () => endProcess(child) };
}

/** Makes projects with an ingest key each; their event limit is out of the way. */
export async function createProjects(service: Service, count: number): Promise<ProjectKey[]> {
  const post = async (route: string, body: unknown): Promise<Record<string, string>> => {
    const reply = await fetch(service.url + route, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${adminToken}` },
      body: JSON.stringify(body),
    });
    if (reply.status !== 201) throw new Error(`${route} answered ${reply.status}: ${await reply.text()}`);
    return (await reply.json()) as Record<string, string>;
  };
  const projects: ProjectKey[] = [];
  for (let n = 0; n < count; n += 1) {
    const id = `bench-${process.pid}-${Date.now()}-${n}`;
    await post("/api/projects", { id, name: `Bench ${n}`, eventsPerMinute: 1_000_000_000 });
    const { key } = await post(`/api/projects/${id}/keys`, {});
    projects.push({ id, key: key ?? "" });
  }
  return projects;
}

/** Runs a load from a process of its own; its bodies are ready before the clock starts. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const child = fork(path.join(import.meta.dirname, "load-client.ts"));
  const message = () =>
    new Promise<unknown>((resolve, reject) => {
      child.once("message", resolve);
      child.once("exit", (code) => reject(new Error(`the load generator ended with ${code}`)));
    });
  child.send(load);
  await message();
  child.send("go");
  const reply = (await message()) as { result?: LoadResult; error?: string };
  if (reply.result === undefined) throw new Error(reply.error);
  return reply.result;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

async function untilHealthy(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`a process of the benchmark ended with ${child.exitCode}`);
    const ok = await fetch(url).then(
      (reply) => reply.ok,
      () => false,
    );
    if (ok) return;
    await sleep(50);
  }
  throw new Error(`${url} did not answer within 30 s`);
}

async function rssMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN) / 1_024;
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}
