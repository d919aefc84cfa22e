import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { adminToken, freePort } from "../environment.js";

const service = path.join(import.meta.dirname, "../..");
const readyPollMs = 50;
/** A start waits for the database's recovery, for a lock, and for its share of two cores. */
const readyTimeoutMs = 60_000;
const restartPauseMs = 200;
/** Ten seconds are promised; the rest is for a machine that is busy. */
const drainTimeoutMs = 13_000;
const keptLogLines = 60;

export type Replica = {
  name: string;
  url: string;
  /** Starts the process and resolves once it answers. A start that the database's absence refuses is tried again. */
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when it has ended. */
  drain(): Promise<void>;
  signal(signal: "SIGSTOP" | "SIGCONT"): void;
  /** Ends it, whatever state it is in. */
  end(): Promise<void>;
};

export type ReplicaOptions = {
  name: string;
  databaseUrl: string;
  redisUrl: string;
  dataDir: string;
  /** Called with what no replica may do: end by itself, end a drain badly, log an error that is a bug. */
  onFault: (fault: string) => void;
};

/** The service in a process of its own, as in production but for cron, on a port that stays its own. */
export async function createReplica({ name, onFault, ...options }: ReplicaOptions): Promise<Replica> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = environmentOf(options, port);
  let child: ChildProcess | undefined;
  let isWanted = false;
  let isUp = false;
  const lines: string[] = [];

  function launch(): ChildProcess {
    const [file, args] = command();
    // Detached: Ctrl-C in the terminal is for this process, which ends its replicas itself.
    const launched = spawn(file, args, { env: environment, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    // Not left behind when this process ends in a hurry.
    const endWithUs = (): boolean => launched.kill("SIGKILL");
    process.once("exit", endWithUs);
    launched.once("exit", (code, signal) => {
      process.off("exit", endWithUs);
      if (!isWanted || !isUp) return;
      isUp = false;
      onFault(`${name} ended by itself (${signal ?? `exit code ${code}`}): ${lines.slice(-10).join(" | ")}`);
    });
    for (const stream of [launched.stdout, launched.stderr]) readLines(stream, noteLine);
    return launched;
  }

  function noteLine(line: string): void {
    lines.push(line);
    if (lines.length > keptLogLines) lines.shift();
    // What the service logs of a 500; a missing await or a bug elsewhere prints a bare stack.
    if (/"msg":"a request failed"|^\s+at .*\(.*:\d+:\d+\)|[Uu]nhandled|MaxListeners/.test(line)) {
      if (isUp) onFault(`${name} logged: ${line.slice(0, 1_500)}`);
    }
  }

  async function start(): Promise<void> {
    const deadline = Date.now() + readyTimeoutMs;
    isWanted = true;
    while (isWanted) {
      const starting = launch();
      child = starting;
      while (!hasEnded(starting) && isWanted) {
        if (await isReady(url)) {
          isUp = true;
          return;
        }
        if (Date.now() > deadline)
          throw new Error(`${name} was not ready within ${readyTimeoutMs} ms: ${lines.join("\n")}`);
        await sleep(readyPollMs);
      }
      if (!isWanted) return;
      if (!isRefusal(starting, lines)) onFault(`${name} did not start: ${lines.slice(-10).join(" | ")}`);
      await sleep(restartPauseMs);
    }
  }

  async function stopBy(signal: "SIGKILL" | "SIGTERM", timeoutMs: number): Promise<boolean> {
    isWanted = false;
    isUp = false;
    if (child === undefined || hasEnded(child)) return true;
    const ended = new Promise<true>((resolve) => child?.once("exit", () => resolve(true)));
    child.kill(signal);
    return Promise.race([ended, sleep(timeoutMs, false as const, { ref: false })]);
  }

  async function drain(): Promise<void> {
    const stopped = await stopBy("SIGTERM", drainTimeoutMs);
    if (!stopped) {
      onFault(`${name} did not end within ${drainTimeoutMs} ms of SIGTERM: ${lines.slice(-5).join(" | ")}`);
      await stopBy("SIGKILL", drainTimeoutMs);
    } else if (child !== undefined && child.exitCode !== 0) {
      const how = child.signalCode ?? `exit code ${child.exitCode}`;
      onFault(`${name} ended its drain by ${how}: ${lines.slice(-5).join(" | ")}`);
    }
  }

  return {
    name,
    url,
    start,
    kill: async () => void (await stopBy("SIGKILL", drainTimeoutMs)),
    drain,
    signal: (signal) => void child?.kill(signal),
    end: async () => void (await stopBy("SIGKILL", drainTimeoutMs)),
  };
}

function environmentOf(options: Omit<ReplicaOptions, "name" | "onFault">, port: number): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    NODE_ENV: "production",
    HOST: "127.0.0.1",
    PORT: String(port),
    DATABASE_URL: options.databaseUrl,
    REDIS_URL: options.redisUrl,
    DATA_DIR: options.dataDir,
    ADMIN_TOKEN: adminToken,
    ENABLE_CRON: "false",
    LOG_LEVEL: "warn",
  };
}

/** The built service where the build is no older than the source, else the source itself. */
function command(): [string, string[]] {
  const stamp = path.join(service, "dist/.tsbuildinfo");
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= newestIn(path.join(service, "src"))) {
    return [process.execPath, [path.join(service, "dist/index.js")]];
  }
  return [process.execPath, ["--conditions=source", "--import", "tsx", path.join(service, "src/index.ts")]];
}

function newestIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
    .reduce((newest, entry) => Math.max(newest, statSync(path.join(entry.parentPath, entry.name)).mtimeMs), 0);
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(3_000) }).then(
    (reply) => reply.ok,
    () => false,
  );
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** A service does not start without its database, and says so in a sentence; anything else is a crash. */
function isRefusal(child: ChildProcess, lines: readonly string[]): boolean {
  return child.exitCode === 1 && /^PostgreSQL (is not reachable|broke off)/.test(lines.at(-1) ?? "");
}

function readLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let rest = "";
  stream?.setEncoding("utf8");
  stream?.on("data", (chunk: string) => {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) onLine(line);
  });
}
