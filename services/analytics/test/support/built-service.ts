import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createTestDatabase, type TestDatabase } from "./postgres.js";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const startTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;

export type BuiltService = {
  url: string;
  adminToken: string;
  db: TestDatabase;
  /** Runs a command of the command line on the service's database. @throws what it says when it fails */
  run(...args: string[]): Promise<string>;
  /** Ends the process as an operator would; `start` brings it back under the same address. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it for good and drops its database. */
  close(): Promise<void>;
};

/** What people run: the built program with its built pages, on a database and a port of its own. */
export async function startBuiltService(env: Record<string, string> = {}): Promise<BuiltService> {
  const db = await createTestDatabase();
  const adminToken = "browser-admin-token-0123456789";
  const base = {
    PATH: process.env["PATH"] ?? "",
    NODE_ENV: "test",
    HOST: "127.0.0.1",
    DATABASE_URL: db.url,
    ADMIN_TOKEN: adminToken,
    ENABLE_CRON: "false",
    LOG_LEVEL: "info",
    ...env,
  };
  let child: ChildProcess | null = null;
  let port = "0";

  async function start(): Promise<void> {
    child = spawn(process.execPath, [cli, "start"], {
      env: { ...base, PORT: port },
      stdio: ["ignore", "pipe", "pipe"],
    });
    port = await portOf(child);
  }

  async function stop(): Promise<void> {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null) return;
    const ended = once(ending, "close", { signal: AbortSignal.timeout(stopTimeoutMs) });
    ending.kill("SIGTERM");
    await ended;
  }

  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    adminToken,
    db,
    run: (...args) => runToEnd(args, base),
    stop,
    start,
    async close() {
      await stop();
      await db.drop();
    },
  };
}

/** The port that its log says it listens on. @throws what it wrote when it ends before that */
function portOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => fail(), startTimeoutMs);
    const fail = (): void => reject(new Error(`the service did not start: ${said}`));
    const read = (chunk: Buffer): void => {
      said += chunk.toString();
      const line = said.split("\n").find((text) => text.includes('"listening"'));
      const found = line === undefined ? null : /"port":(\d+)/.exec(line);
      if (found?.[1] === undefined) return;
      clearTimeout(timer);
      said = "";
      resolve(found[1]);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("close", fail);
  });
}

async function runToEnd(args: readonly string[], env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [cli, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += chunk;
  });
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${args.join(" ")}: ${said}`);
  return said;
}
