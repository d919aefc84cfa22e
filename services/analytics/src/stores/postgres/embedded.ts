import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { open, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Logger } from "pino";
import { databaseUser, type EmbeddedHome, EmbeddedPostgresError, prepareHome } from "./embedded-home.js";

const host = "127.0.0.1";
const databaseName = "mobigen";
// Held by the service that uses the cluster; it ends with the service's connection, however the service ends.
const ownerLock = 6_628_436;
const pollMs = 25;
// A crash with 2 GB of WAL to replay is over by then.
const startTimeoutMs = 120_000;
const fastShutdownMs = 8_000;
const immediateShutdownMs = 2_000;
const logFileMaxBytes = 5_000_000;
const ownerLockRetryMs = 1_000;
// A server this young may belong to a service that started a moment ago and is about to claim it.
const claimGraceMs = 2_000;

const settings = {
  listen_addresses: host,
  unix_socket_directories: "",
  timezone: "UTC",
  log_timezone: "UTC",
  shared_buffers: "256MB",
  max_wal_size: "2GB",
  checkpoint_timeout: "15min",
  wal_compression: "on",
  fsync: "on",
  synchronous_commit: "on",
  // Solid-state disks: a random page costs about as much as the next one.
  random_page_cost: "1.1",
  // Compiling takes longer than the short queries asked here.
  jit: "off",
};

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
  const server = await startServer(home, dataDir, { ...settings, ...override }, port);
  const url = (database: string) => `postgresql://${databaseUser}:${home.password}@${host}:${server.port}/${database}`;
  const owner = await claim(url("postgres"), dataDir, logger);
  const watcher = watch(server.child, home);
  let stopping = false;
  server.child.once("exit", (code, signal) => {
    watcher.kill();
    if (!stopping) logger.error({ code, signal, log: logFile(dataDir) }, "the embedded PostgreSQL ended by itself");
  });
  await createDatabase(url("postgres"));
  logger.info(
    { port: server.port, data: home.cluster, ms: Math.round(performance.now() - started) },
    "embedded PostgreSQL is up",
  );
  return {
    url: url(databaseName),
    stop: async () => {
      if (stopping) return;
      stopping = true;
      await owner.release();
      await endServer(server.child, logger);
    },
  };
}

const logFile = (dataDir: string) => path.resolve(dataDir, "postgres.log");

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

function inUse(dataDir: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `Another service is running on ${path.resolve(dataDir)}: stop it, or give this one another DATA_DIR, or both the same DATABASE_URL.`,
  );
}

type Server = { child: ChildProcess; port: number };

async function startServer(
  home: EmbeddedHome,
  dataDir: string,
  values: Record<string, string>,
  port?: number,
): Promise<Server> {
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    const chosen = port ?? (await freePort());
    const { child, logStart } = await spawnServer(home, dataDir, values, chosen);
    if (await isReady(child, home, chosen, deadline)) return { child, port: chosen };
    child.kill("SIGINT");
    const log = await readLog(dataDir, logStart);
    if (/lock file "postmaster.pid" already exists/.test(log)) throw inUse(dataDir);
    // Worth another try: children of a killed server that are not gone yet; a free port that another program was quicker to take.
    const passing =
      /still in use/.test(log) || (port === undefined && /could not bind|Address already in use/.test(log));
    if (!passing || Date.now() > deadline) {
      throw new EmbeddedPostgresError(
        `The embedded PostgreSQL did not start; ${logFile(dataDir)} says:\n${log.trim().slice(-1_000)}`,
      );
    }
    await sleep(pollMs * 8);
  }
}

async function spawnServer(home: EmbeddedHome, dataDir: string, values: Record<string, string>, port: number) {
  const size = await stat(logFile(dataDir)).then(
    (found) => found.size,
    () => 0,
  );
  const log = await open(logFile(dataDir), size > logFileMaxBytes ? "w" : "a", 0o600);
  try {
    const flags = Object.entries({ ...values, port: String(port) }).flatMap(([name, value]) => [
      "-c",
      `${name}=${value}`,
    ]);
    // Detached: Ctrl-C in the terminal is for the service, which still has rows to write when it hears it.
    const child = spawn(path.join(home.bin, "postgres"), ["-D", home.cluster, ...flags], {
      ...home.identity,
      cwd: "/",
      detached: true,
      env: { LC_ALL: "C", TZ: "UTC" },
      stdio: ["ignore", log.fd, log.fd],
    });
    child.on("error", () => undefined); // Shows as an exit below.
    return { child, logStart: size > logFileMaxBytes ? 0 : size };
  } finally {
    await log.close();
  }
}

async function isReady(child: ChildProcess, home: EmbeddedHome, port: number, deadline: number): Promise<boolean> {
  while (hasEnded(child) === false && Date.now() < deadline) {
    const client = new pg.Client({ host, port, user: databaseUser, password: home.password, database: "postgres" });
    client.on("error", () => undefined);
    try {
      await client.connect();
      return true;
    } catch {
      await sleep(pollMs);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  return false;
}

const hasEnded = (child: ChildProcess) =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

async function readLog(dataDir: string, from: number): Promise<string> {
  const bytes = await readFile(logFile(dataDir)).catch(() => Buffer.alloc(0));
  return bytes.subarray(from).toString("utf8");
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once("error", reject).listen(0, host, resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("a TCP listener has a port");
  return address.port;
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

/** A shell that reads a pipe from this process: it closes when this process ends, however it ends, and PostgreSQL is ended with it. */
function watch(child: ChildProcess, home: EmbeddedHome): ChildProcess {
  const watcher = spawn("/bin/sh", ["-c", 'read -r _; kill -INT "$1"', "sh", String(child.pid)], {
    ...home.identity,
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  watcher.on("error", () => undefined);
  watcher.unref();
  return watcher;
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

async function endServer(child: ChildProcess, logger: Pick<Logger, "warn">): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise<true>((resolve) => child.once("exit", () => resolve(true)));
  child.kill("SIGINT");
  if (await Promise.race([ended, sleep(fastShutdownMs, false, { ref: false })])) return;
  logger.warn("PostgreSQL did not shut down in time: ended at once, it recovers at the next start");
  child.kill("SIGQUIT");
  if (await Promise.race([ended, sleep(immediateShutdownMs, false, { ref: false })])) return;
  child.kill("SIGKILL");
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone meanwhile, which is what was wanted.
  }
}
