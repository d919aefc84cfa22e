import { type ChildProcess, spawn } from "node:child_process";
import { open, readFile, stat } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Logger } from "pino";
import { databaseUser, type EmbeddedHome, EmbeddedPostgresError, inUse } from "./embedded-home.js";

export const host = "127.0.0.1";
export const pollMs = 25;
// A crash with 2 GB of WAL to replay is over by then.
export const startTimeoutMs = 120_000;
const fastShutdownMs = 8_000;
const immediateShutdownMs = 2_000;
const logFileMaxBytes = 5_000_000;

const mb = 2 ** 20;

/** What there is of memory, in bytes: the machine's, or less where the process is confined (a container). */
function usableMemory(): number {
  const confined = process.constrainedMemory();
  return confined > 0 ? Math.min(confined, os.totalmem()) : os.totalmem();
}

/**
 * PostgreSQL's own cache, in MB: an eighth of the memory, from 128 MB to 4 GB. Its manual (19.4.1) advises a quarter of a machine that
 * is the database's alone. It is taken when it is used.
 */
export function sharedBuffersMb(memory: number): number {
  return Math.floor(Math.min(Math.max(memory / 8 / mb, 128), 4_096));
}

export const settings = {
  listen_addresses: host,
  unix_socket_directories: "",
  timezone: "UTC",
  log_timezone: "UTC",
  shared_buffers: `${sharedBuffersMb(usableMemory())}MB`,
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

export const logFile = (dataDir: string) => path.resolve(dataDir, "postgres.log");

export type ServerOptions = {
  home: EmbeddedHome;
  dataDir: string;
  values: Record<string, string>;
  /** Without it any free port. */
  port?: number | undefined;
  /** No process is started once it is aborted. */
  signal: AbortSignal;
  /** Told of each process as it is started, long before it answers: who stops meanwhile has it to end. */
  onSpawn: (child: ChildProcess) => void;
};

/**
 * Starts the server process, waits until it answers, and gives its port.
 * @throws EmbeddedPostgresError with what the log says when it does not come up, or when another service has the cluster.
 */
export async function startServer(options: ServerOptions): Promise<number> {
  const { home, dataDir, port } = options;
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    const chosen = port ?? (await freePort());
    const { child, logStart } = await spawnServer(options, chosen);
    if (await isReady(child, home, chosen, deadline)) return chosen;
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

async function spawnServer({ home, dataDir, values, signal, onSpawn }: ServerOptions, port: number) {
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
    signal.throwIfAborted();
    // Detached: Ctrl-C in the terminal is for the service, which still has rows to write when it hears it.
    const child = spawn(path.join(home.bin, "postgres"), ["-D", home.cluster, ...flags], {
      ...home.identity,
      cwd: "/",
      detached: true,
      env: { LC_ALL: "C", TZ: "UTC" },
      stdio: ["ignore", log.fd, log.fd],
    });
    child.on("error", () => undefined); // Shows as a process that has ended.
    if (child.pid !== undefined) watch(child, home);
    onSpawn(child);
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

/** A shell that reads a pipe from this process: it closes when this process ends, however it ends, and PostgreSQL is ended with it. */
function watch(child: ChildProcess, home: EmbeddedHome): void {
  const watcher = spawn("/bin/sh", ["-c", 'read -r _; kill -INT "$1"', "sh", String(child.pid)], {
    ...home.identity,
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  watcher.on("error", () => undefined);
  watcher.unref();
  child.once("exit", () => watcher.kill());
}

/** Fast shutdown; past 8 s immediate, past 2 more by force. */
export async function endServer(child: ChildProcess, logger: Pick<Logger, "warn">): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise<true>((resolve) => child.once("exit", () => resolve(true)));
  child.kill("SIGINT");
  if (await Promise.race([ended, sleep(fastShutdownMs, false, { ref: false })])) return;
  logger.warn("PostgreSQL did not shut down in time: ended at once, it recovers at the next start");
  child.kill("SIGQUIT");
  if (await Promise.race([ended, sleep(immediateShutdownMs, false, { ref: false })])) return;
  child.kill("SIGKILL");
}
