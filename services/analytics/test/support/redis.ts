import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { Redis } from "ioredis";

const run = promisify(execFile);
const startTimeoutMs = 10_000;

export type TestRedis = {
  url: string;
  port: number;
  /** Ends the server with SIGKILL, as a fault; `start` brings it back empty on the same port. */
  kill: () => Promise<void>;
  start: () => Promise<void>;
  /** SIGSTOP makes it hang, connections open; SIGCONT lets it go on. */
  signal: (signal: "SIGSTOP" | "SIGCONT") => void;
  stop: () => Promise<void>;
};

/** A Redis of our own on a free port that keeps nothing on disk. */
export async function startRedis(): Promise<TestRedis> {
  await ensureRedisServer();
  const port = await freePort();
  const folder = await mkdtemp(path.join(os.tmpdir(), "mobigen-analytics-redis-"));
  let server = await spawnRedis(port, folder);
  const end = async (signal: NodeJS.Signals) => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill(signal);
    await ended;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: () => end("SIGKILL"),
    start: async () => {
      server = await spawnRedis(port, folder);
    },
    signal: (signal) => void server.kill(signal),
    stop: async () => {
      await end("SIGTERM");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ensureRedisServer(): Promise<void> {
  if (await isInstalled()) return;
  const advice = 'The tests need "redis-server" on PATH: "apt-get install redis-server", or "brew install redis".';
  if (process.getuid?.() !== 0) throw new Error(advice);
  try {
    await installFromDebian();
  } catch (error) {
    throw new Error(`${advice} Installing it failed.`, { cause: error });
  }
  if (!(await isInstalled())) throw new Error(advice);
}

async function isInstalled(): Promise<boolean> {
  return run("redis-server", ["--version"]).then(
    () => true,
    () => false,
  );
}

async function installFromDebian(): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update"], { env });
  // The package would start a server of its own on 6379: the policy says no for as long as it installs.
  const policy = "/usr/sbin/policy-rc.d";
  const ours = await writeFile(policy, "#!/bin/sh\nexit 101\n", { flag: "wx" }).then(
    () => true,
    () => false,
  );
  try {
    if (ours) await chmod(policy, 0o755);
    await run("apt-get", ["install", "-y", "--no-install-recommends", "redis-server"], {
      env,
      maxBuffer: 16 * 1024 * 1024,
    });
  } finally {
    if (ours) await rm(policy, { force: true });
  }
}

async function spawnRedis(port: number, folder: string): Promise<ChildProcess> {
  const flags = ["--bind", "127.0.0.1", "--port", String(port), "--save", "", "--appendonly", "no", "--dir", folder];
  const server = spawn("redis-server", flags, { stdio: "ignore" });
  // Not left behind when the test run itself is ended in a hurry.
  const endWithUs = () => server.kill("SIGKILL");
  process.once("exit", endWithUs);
  server.once("exit", () => process.off("exit", endWithUs));
  const client = new Redis({
    host: "127.0.0.1",
    port,
    retryStrategy: () => 20,
    maxRetriesPerRequest: null,
    lazyConnect: true,
  });
  client.on("error", () => undefined);
  try {
    await Promise.race([
      client
        .connect()
        .catch(() => undefined)
        .then(() => client.ping()),
      rejectAfter(startTimeoutMs),
    ]);
  } finally {
    client.disconnect();
  }
  return server;
}

function rejectAfter(ms: number): Promise<never> {
  return new Promise((_, reject) =>
    setTimeout(() => reject(new Error(`redis-server did not answer within ${ms} ms`)), ms).unref(),
  );
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("a TCP listener has a port");
  return address.port;
}
