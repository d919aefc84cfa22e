import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/stores/postgres/embedded.js";
import { silentLogger } from "../../test/support/silent-logger.js";
import { freePort } from "../environment.js";

const run = promisify(execFile);
const pollMs = 20;
const endTimeoutMs = 30_000;
// Backends of clients, and no worker of the server's own: their titles name user and database.
const backendTitle = /^postgres: \S+ mobigen /;

export type CrashPostgres = {
  url: string;
  /** Ends the server as a power cut would, but for the disk: SIGQUIT, nothing is written any more. */
  stopAtOnce(): Promise<void>;
  /** Starts it again, on the same port; resolves when it has recovered and takes connections. */
  start(): Promise<void>;
  /** Ends one client's backend by SIGKILL, upon which the server breaks every connection and recovers by itself. */
  killBackend(choose: (count: number) => number): Promise<void>;
  /** SIGSTOP or SIGCONT to the server and all its children. */
  signalAll(signal: "SIGSTOP" | "SIGCONT"): Promise<void>;
  stop(): Promise<void>;
};

/** PostgreSQL as `npm start` would have it, fsync on, in a folder of its own, that can be crashed and started again. */
export async function startCrashPostgres(dataDir: string): Promise<CrashPostgres> {
  const port = await freePort();
  const open = (): Promise<EmbeddedPostgres> => startEmbeddedPostgres({ dataDir, logger: silentLogger, port });
  let server = await open();

  async function signalAll(signal: "SIGSTOP" | "SIGCONT"): Promise<void> {
    const postmaster = await postmasterPid(dataDir);
    // Stopped from above, so that it makes no child in between; woken from below.
    if (signal === "SIGSTOP") send(postmaster, signal);
    for (const pid of await childrenOf(postmaster)) send(pid, signal);
    if (signal === "SIGCONT") send(postmaster, signal);
  }

  return {
    url: server.url,
    async stopAtOnce() {
      const pid = await postmasterPid(dataDir);
      send(pid, "SIGQUIT");
      await ended(pid);
      await server.stop();
    },
    async start() {
      server = await open();
    },
    async killBackend(choose) {
      const postmaster = await postmasterPid(dataDir);
      const backends: number[] = [];
      for (const pid of await childrenOf(postmaster)) {
        if (backendTitle.test(await titleOf(pid))) backends.push(pid);
      }
      const victim = backends[choose(backends.length)];
      if (victim !== undefined) send(victim, "SIGKILL");
    },
    signalAll,
    stop: () => server.stop(),
  };
}

async function postmasterPid(dataDir: string): Promise<number> {
  const file = path.join(dataDir, "postgres", "postmaster.pid");
  return Number((await readFile(file, "utf8")).split("\n")[0]);
}

async function ended(pid: number): Promise<void> {
  const deadline = Date.now() + endTimeoutMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline) throw new Error(`PostgreSQL (process ${pid}) did not end within ${endTimeoutMs} ms`);
    await sleep(pollMs);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself between the listing and the signal.
  }
}

async function childrenOf(parent: number): Promise<number[]> {
  const pairs = existsSync("/proc/self/stat") ? await readProc() : await readPs();
  return pairs.filter(([, parentPid]) => parentPid === parent).map(([pid]) => pid);
}

type PidAndParent = [pid: number, parent: number];

async function readProc(): Promise<PidAndParent[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const pairs = await Promise.all(
    pids.map(async (pid): Promise<PidAndParent> => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
      // The name before it is in brackets and may hold anything; after them: state, parent.
      return [Number(pid), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])];
    }),
  );
  return pairs;
}

async function readPs(): Promise<PidAndParent[]> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid="]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number) as PidAndParent);
}

async function titleOf(pid: number): Promise<string> {
  if (existsSync("/proc/self/cmdline")) return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return run("ps", ["-o", "command=", "-p", String(pid)]).then(
    ({ stdout }) => stdout,
    () => "",
  );
}
