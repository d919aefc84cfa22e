import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp } from "../support/app.js";
import { createTestDatabase, type TestDatabase } from "../support/postgres.js";
import { startRecoveringPostgres } from "../support/recovering-postgres.js";
import { startTcpProxy } from "../support/tcp-proxy.js";

const service = fileURLToPath(new URL("../..", import.meta.url));
const startTimeoutMs = 90_000;

let db: TestDatabase;
let folder: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  db = await createTestDatabase();
  folder = await mkdtemp(path.join(os.tmpdir(), "mobigen-analytics-start-"));
});

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await db.drop();
  await rm(folder, { recursive: true, force: true });
});

type Run = { child: ChildProcess; stdout: () => string; stderr: () => string; ended: Promise<number | null> };

/** The built program, as a process of its own: from its source each of some twenty runs would take three times as long to load. */
function run(args: string[], env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, [path.join(service, "dist/cli.js"), ...args], {
    cwd: service,
    env: {
      PATH: process.env["PATH"],
      NODE_ENV: "test",
      DATABASE_URL: db.url,
      DATA_DIR: folder,
      ENABLE_CRON: "false",
      PORT: "0",
      LOG_LEVEL: "error",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  return { child, stdout: () => stdout, stderr: () => stderr, ended };
}

async function started(service: Run): Promise<void> {
  await expect.poll(service.stdout, { timeout: startTimeoutMs, interval: 50 }).toContain("Ctrl-C");
}

describe("a start that can't be", () => {
  it.each([
    ["wrong variables, all of them", { PORT: "x", ENABLE_CRON: "y" }, /^PORT is "x".*\.\nENABLE_CRON is "y".*\.\n$/],
    ["no admin token in production", { NODE_ENV: "production" }, /^ADMIN_TOKEN is not set.*\.\n$/],
    [
      "an unreachable database",
      { DATABASE_URL: "postgres://u:hunter2@127.0.0.1:1/d", DATABASE_WAIT_SECONDS: "0" },
      /^PostgreSQL is not reachable at 127\.0\.0\.1:1 .*\.\n$/,
    ],
    [
      "a data folder that can't be",
      { DATABASE_URL: "", DATA_DIR: path.join(service, "package.json/data") },
      /^The folder \S+data can't be written \(ENOTDIR\): set DATA_DIR.*\.\n$/,
    ],
  ])(
    "is one sentence each and exit code 1: %s",
    async (_, env, expected) => {
      const failed = run(["start"], env);
      expect(await failed.ended).toBe(1);
      expect(failed.stderr()).toMatch(expected);
      expect(failed.stderr()).not.toContain("hunter2");
      expect(failed.stdout()).toBe("");
    },
    startTimeoutMs,
  );

  it(
    "is one sentence for a port that is taken",
    async () => {
      const squatter = createServer();
      await new Promise<void>((resolve) => squatter.listen(0, "127.0.0.1", resolve));
      const { port } = squatter.address() as { port: number };
      const failed = run(["start"], { PORT: String(port) });
      expect(await failed.ended).toBe(1);
      expect(failed.stderr()).toBe(`Port ${port} on 127.0.0.1 is taken: stop what uses it, or set PORT.\n`);
      await promisify(squatter.close.bind(squatter))();
    },
    startTimeoutMs,
  );
});

describe("a start", () => {
  it(
    "prints commands that work as printed, stops on SIGTERM, and shows the same key the next time",
    async () => {
      const first = run(["start"]);
      await started(first);
      const commands = first
        .stdout()
        .split("\n")
        .filter((line) => line.startsWith("  curl "));
      expect(commands).toHaveLength(4);
      for (const command of commands)
        expect([command, await statusOf(command)]).toEqual([command, expect.stringMatching(/^20[01]$/)]);
      const key = first.stdout().match(/mgk_[\w-]+/)?.[0] ?? "";
      const keyFile = path.join(folder, "demo-key");
      expect((await readFile(keyFile, "utf8")).trim()).toBe(key);
      expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
      first.child.kill("SIGTERM");
      expect(await first.ended).toBe(0);
      expect(first.stderr()).toBe("");

      const second = run(["start"]);
      await started(second);
      expect(second.stdout()).toContain(key);
      second.child.kill("SIGINT");
      expect(await second.ended).toBe(0);
      const { rows } = await db.pool.query("select id from project");
      expect(rows).toEqual([{ id: "demo-app" }]);
    },
    2 * startTimeoutMs,
  );
});

describe("a start before its database", () => {
  it(
    "waits, through its recovery too, and goes on",
    async () => {
      const { hostname, port } = new URL(db.url);
      const proxy = await startTcpProxy({ host: hostname, port: Number(port) });
      await proxy.cut();
      const url = new URL(db.url);
      url.port = String(proxy.port);
      const early = run(["start"], { DATABASE_URL: url.toString(), LOG_LEVEL: "warn" });
      await expect.poll(early.stdout, { timeout: startTimeoutMs }).toContain("waiting for PostgreSQL");
      const recovering = await startRecoveringPostgres(proxy.port);
      await expect.poll(recovering.refused, { timeout: startTimeoutMs }).toBeGreaterThan(0);
      await recovering.stop();
      await proxy.restore();
      await started(early);
      early.child.kill("SIGTERM");
      expect(await early.ended).toBe(0);
      await proxy.stop();
    },
    3 * startTimeoutMs,
  );

  it(
    "ends on SIGTERM while it waits",
    async () => {
      const early = run(["start"], { DATABASE_URL: "postgres://u@127.0.0.1:1/d", LOG_LEVEL: "warn" });
      await expect.poll(early.stdout, { timeout: startTimeoutMs }).toContain("waiting for PostgreSQL");
      early.child.kill("SIGTERM");
      expect(await early.ended).toBe(0);
    },
    startTimeoutMs,
  );
});

describe("the command line", () => {
  async function output(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const command = run(args);
    const code = await command.ended;
    return { code, stdout: command.stdout(), stderr: command.stderr() };
  }

  it("makes, lists and revokes projects, keys and tokens", async () => {
    const project = await output("projects", "create", "From a terminal", "--id", "cli", "--timezone", "Europe/Berlin");
    expect([project.code, JSON.parse(project.stdout).timezone]).toEqual([0, "Europe/Berlin"]);
    expect((await output("projects", "list")).stdout).toContain("From a terminal");
    const key = JSON.parse((await output("keys", "create", "cli", "--scopes", "ingest", "read")).stdout);
    expect(key.key).toMatch(/^mgk_/);
    expect((await output("keys", "revoke", "cli", key.id)).code).toBe(0);
    const listed = await output("keys", "list", "cli");
    expect(listed.stdout).toContain(key.prefix);
    expect(listed.stdout).not.toContain(key.key);
    const token = JSON.parse((await output("tokens", "create", "ops", "--scopes", "platform:read")).stdout);
    expect(token.token).toMatch(/^mgt_/);
    expect((await output("tokens", "revoke", token.id)).code).toBe(0);
  }, 240_000);

  it("says in a sentence what can't be, with exit code 1", async () => {
    expect(await output("keys", "create", "nowhere")).toEqual({
      code: 1,
      stdout: "",
      stderr: 'There is no project "nowhere".\n',
    });
    const wrong = await output("projects", "create", "x", "--timezone", "Mars");
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/^timezone: .*\n$/)]);
    expect((await output("nonsense")).code).toBe(1);
    const help = await output("--help");
    expect(help.code).toBe(0);
    for (const command of [
      "start",
      "migrate",
      "projects",
      "keys",
      "tokens",
      "verify",
      "load-usage",
      "demo",
      "prices",
      "jobs",
    ]) {
      expect(help.stdout).toMatch(new RegExp(`\\n  ${command}\\b`));
    }
  }, 240_000);

  it("erases an actor, prints the receipt, and finds nobody the second time", async () => {
    const app = await startTestApp({ db });
    const { key } = await app.createProject({ id: "erasing" }).then(() => app.createKey("erasing"));
    const event = { type: "screen_view", sessionId: "s", userId: "user-1", properties: { screenName: "Home" } };
    const events = ["a", "b", "c"].map((eventId) => ({
      ...event,
      eventId,
      userId: eventId === "c" ? "user-2" : "user-1",
    }));
    expect((await app.fetchJson("/api/events", { key, body: { batchId: "b", events } })).status).toBe(200);
    await app.stop();
    const erased = await output("actors", "erase", "erasing", "user-1");
    expect([erased.code, erased.stderr]).toEqual([0, ""]);
    expect(JSON.parse(erased.stdout)).toMatchObject({ events: 2, sharedSessions: 1, requestedBy: expect.any(String) });
    expect(erased.stdout).not.toContain("user-1");
    const left = await db.pool.query("select id_text from actor join project using (project_key) where id = 'erasing'");
    expect(left.rows).toEqual([{ id_text: "user-2" }]);
    const again = await output("actors", "erase", "erasing", "user-1");
    expect([again.code, again.stdout]).toEqual([1, ""]);
    expect((await output("verify")).stdout).toContain("No difference");
  }, 240_000);

  it("verifies, lists prices, and runs a job", async () => {
    expect(await output("verify")).toMatchObject({ code: 0, stdout: expect.stringContaining("No difference") });
    expect((await output("prices", "list", "--model", "claude-3-haiku-20240307")).stdout).toContain(
      "claude-3-haiku-20240307",
    );
    expect((await output("jobs", "run", "hourly")).code).toBe(0);
    expect((await output("jobs", "list")).stdout).toMatch(/^JOB[\s\S]*\nhourly/);
    expect((await output("migrate")).stdout).toBe("The database is up to date.\n");
  }, 240_000);
});

/** What the command's reply has for a status, run by a shell as a person would. */
async function statusOf(command: string): Promise<string> {
  const { execFile } = await import("node:child_process");
  const { stdout } = await promisify(execFile)("/bin/sh", ["-c", `${command} -o /dev/null -w '%{http_code}'`]);
  return stdout;
}
