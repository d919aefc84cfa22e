import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Logger } from "pino";
import { databaseUser, type EmbeddedHome, EmbeddedPostgresError, inUse, prepareHome } from "./embedded-home.js";
import { endServer, host, logFile, pollMs, settings, startServer, startTimeoutMs } from "./embedded-server.js";

const databaseName = "mobigen";
// Held by the service that uses the cluster; it ends with the service's connection, however the service ends.
const ownerLock = 6_628_436;
const ownerLockRetryMs = 1_000;
const reviveBackOffMs = 1_000;
const maxReviveBackOffMs = 30_000;
// A server this young may belong to a service that started a moment ago and is about to claim it.
const claimGraceMs = 2_000;

export type EmbeddedPostgres = { url: string; stop: () => Promise<void> };

export type EmbeddedOptions = {
  dataDir: string;
  logger: Pick<Logger, "info" | "warn" | "error">;
  /** Default: any free port. */
  port?: number;
  /** Server settings instead of this file's own; tests turn fsync off. */
  override?: Record<string, string>;
};

/**
 * A PostgreSQL of our own in `dataDir`, on 127.0.0.1 only, that lives as long as this process: `stop` ends it within 10 s, and when the
 * process is killed a watcher ends it. What a start before left running is taken over.
 * @throws EmbeddedPostgresError with a sentence for the user: folder in use, no user to run as, no binaries.
 */
export async function startEmbeddedPostgres({
  dataDir,
  logger,
  port,
  override,
}: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const started = performance.now();
  const home = await prepareHome(path.resolve(dataDir), logger);
  await endOrphan(home, dataDir, logger);
  const values = { ...settings, ...override };
  const stopping = new AbortController();
  // The process that was started last: answering, or coming up again after a crash.
  let child: ChildProcess | undefined;
  const onSpawn = (spawned: ChildProcess) => {
    child = spawned;
  };
  const options = { home, dataDir, values, signal: stopping.signal, onSpawn };
  const servedPort = await startServer({ ...options, port });
  const url = (database: string) => `postgresql://${databaseUser}:${home.password}@${host}:${servedPort}/${database}`;
  const owner = await claim(url("postgres"), dataDir, logger);

  // Killed by the system for want of memory, say. Connections come back by themselves, so the service needs no restart.
  async function revive(): Promise<void> {
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      try {
        await startServer({ ...options, port: servedPort });
        logger.warn({ port: servedPort }, "the embedded PostgreSQL is up again");
        attend();
        return;
      } catch (error) {
        if (stopping.signal.aborted) return;
        logger.error({ err: error, attempt }, "the embedded PostgreSQL does not come up again");
        await sleep(Math.min(attempt * reviveBackOffMs, maxReviveBackOffMs), undefined, { ref: false });
      }
    }
  }

  function attend(): void {
    child?.once("exit", (code, signal) => {
      if (stopping.signal.aborted) return;
      logger.error(
        { code, signal, log: logFile(dataDir) },
        "the embedded PostgreSQL ended by itself: starting it again",
      );
      void revive();
    });
  }

  attend();
  await createDatabase(url("postgres"));
  logger.info(
    { port: servedPort, data: home.cluster, ms: Math.round(performance.now() - started) },
    "embedded PostgreSQL is up",
  );
  return {
    url: url(databaseName),
    stop: async () => {
      if (stopping.signal.aborted) return;
      stopping.abort();
      await owner.release();
      if (child !== undefined) await endServer(child, logger);
    },
  };
}

type RunningServer = { pid: number; port: number; startedAt: Date };

/** What postmaster.pid says of a server that is alive; a stale file, of a crash or of a pid that is another program's now, is removed. */
async function runningServer(cluster: string): Promise<RunningServer | undefined> {
  const pidFile = path.join(cluster, "postmaster.pid");
  const lines = (await readFile(pidFile, "utf8").catch(() => "")).split("\n");
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!(pid > 0)) return undefined;
  if (await isPostgres(pid)) return { pid, port, startedAt: new Date(Number(lines[2]) * 1_000) };
  await rm(pidFile, { force: true });
  return undefined;
}

async function isPostgres(pid: number): Promise<boolean> {
  if (existsSync("/proc/self/comm")) {
    const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
    return name.trim() === "postgres" && !(await isZombie(pid));
  }
  return isAlive(pid);
}

// A killed server whose parent does not collect it (a bare process 1 in a container) stays listed, but holds nothing.
async function isZombie(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return /^State:\s+Z/m.test(status);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Ends a server whose service was killed. Ours starts afresh then, on its own port and settings. */
async function endOrphan(home: EmbeddedHome, dataDir: string, logger: Pick<Logger, "info">): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  let signalled = false;
  for (;;) {
    const orphan = await runningServer(home.cluster);
    if (orphan === undefined) return;
    if (Date.now() > deadline) {
      throw new EmbeddedPostgresError(
        `The PostgreSQL of ${dataDir} (process ${orphan.pid}) neither answers nor ends: kill it.`,
      );
    }
    const isYoung = Date.now() - orphan.startedAt.getTime() < claimGraceMs;
    if (!signalled && !isYoung && (await isUnowned(orphan.port, home.password, dataDir))) {
      logger.info(
        { pid: orphan.pid },
        "an embedded PostgreSQL was left running by a service that was killed: ending it",
      );
      kill(orphan.pid, "SIGINT");
      signalled = true;
    }
    await sleep(pollMs);
  }
}

/** False while the server is starting up or shutting down. @throws when another service uses it. */
async function isUnowned(port: number, password: string, dataDir: string): Promise<boolean> {
  const client = new pg.Client({
    host,
    port,
    user: databaseUser,
    password,
    database: "postgres",
    connectionTimeoutMillis: 2_000,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    if (!(await tryOwn(client))) throw inUse(dataDir);
    return true;
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function tryOwn(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ owned: boolean }>("select pg_try_advisory_lock($1) as owned", [ownerLock]);
  return rows[0]?.owned === true;
}

/** Takes the cluster for this service, and again when the connection breaks, as it does when a backend crashes. */
async function claim(url: string, dataDir: string, logger: Pick<Logger, "warn">) {
  let released = false;
  let client: pg.Client | undefined;
  const take = async (): Promise<boolean> => {
    const next = new pg.Client({ connectionString: url, application_name: "embedded-owner", keepAlive: true });
    next.on("error", () => undefined); // Followed by "end".
    await next.connect();
    if (!(await tryOwn(next))) {
      await next.end();
      return false;
    }
    client = next;
    next.once("end", () => void retake());
    return true;
  };
  const retake = async () => {
    while (!released) {
      await sleep(ownerLockRetryMs, undefined, { ref: false });
      if (released || (await take().catch(() => false))) return;
      logger.warn("the embedded PostgreSQL does not answer");
    }
  };
  if (!(await take())) throw inUse(dataDir);
  return {
    release: async () => {
      released = true;
      await client?.end().catch(() => undefined);
    },
  };
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [databaseName]);
    if (rowCount === 0) await client.query(`create database ${databaseName}`);
  } finally {
    await client.end();
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone meanwhile, which is what was wanted.
  }
}
