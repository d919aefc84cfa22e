import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

const holder = fileURLToPath(new URL("../support/embedded-holder.ts", import.meta.url));
const tsx = import.meta.resolve("tsx");
const isRoot = process.getuid?.() === 0;

// A cluster that ran once, copied for each test: making one takes longer than most of them.
let used: string;
let dataDir: string;
let services: ChildProcess[] = [];

beforeAll(async () => {
  used = await emptyFolder();
  await end((await start(used)).service, "SIGTERM");
});

afterAll(() => rm(used, { recursive: true, force: true }));

beforeEach(async () => {
  services = [];
  dataDir = await emptyFolder();
  await promisify(execFile)("cp", ["-a", `${used}/.`, dataDir]);
});

afterEach(async () => {
  await Promise.all(services.map((service) => end(service, "SIGTERM")));
  await rm(dataDir, { recursive: true, force: true });
});

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "embedded-"));
  // mkdtemp closes it to everybody else; run as root, the server is somebody else.
  await chmod(folder, 0o755);
  return folder;
}

type Started = { service: ChildProcess; url: string; refusal: string };

async function start(folder = dataDir): Promise<Started> {
  const service = spawn(process.execPath, ["--import", tsx, holder, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  services.push(service);
  if (service.stdout === null) throw new Error("stdout is a pipe");
  for await (const line of createInterface({ input: service.stdout }))
    return { service, url: "", refusal: "", ...JSON.parse(line) };
  throw new Error("the service ended without a word");
}

async function end(service: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (service.exitCode !== null || service.signalCode !== null) return;
  const ended = new Promise((resolve) => service.once("exit", resolve));
  service.kill(signal);
  await ended;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function serverPid(): Promise<number> {
  return Number((await readFile(path.join(dataDir, "postgres/postmaster.pid"), "utf8")).split("\n")[0]);
}

// A zombie does not run: in a container nobody may collect a server whose service is gone.
async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    return !/^State:\s+Z/m.test(status);
  } catch {
    return false;
  }
}

const isGone = (pid: number) =>
  vi.waitFor(async () => expect(await isRunning(pid)).toBe(false), { timeout: 10_000, interval: 20 });

describe("embedded PostgreSQL", () => {
  it("keeps what was written from one run to the next, and its password to itself", async () => {
    const first = await start();
    await query(first.url, "create table kept as select 7 as seven");
    const pid = await serverPid();
    await end(first.service, "SIGTERM");
    expect(await isRunning(pid)).toBe(false);
    expect((await stat(path.join(dataDir, "postgres-password"))).mode & 0o777).toBe(0o600);
    const second = await start();
    expect(await query(second.url, "select seven from kept")).toEqual([{ seven: 7 }]);
  });

  it("is UTF-8, in UTC, durable, and listens on the loopback alone", async () => {
    const { url } = await start();
    const names = ["server_encoding", "timezone", "fsync", "synchronous_commit", "listen_addresses"];
    const rows = await query(
      url,
      `select ${names.map((name) => `current_setting('${name}') as ${name}`).join(", ")}, upper('é') as upper`,
    );
    expect(rows).toEqual([
      {
        server_encoding: "UTF8",
        timezone: "UTC",
        fsync: "on",
        synchronous_commit: "on",
        listen_addresses: "127.0.0.1",
        upper: "É",
      },
    ]);
  });

  it("ends with a service that is killed, and loses nothing", async () => {
    const first = await start();
    await query(first.url, "create table kept as select 7 as seven");
    const pid = await serverPid();
    await end(first.service, "SIGKILL");
    await isGone(pid);
    const second = await start();
    expect(await query(second.url, "select seven from kept")).toEqual([{ seven: 7 }]);
  });

  it("starts at once after a kill, while the old server is still ending", async () => {
    const first = await start();
    await query(first.url, "create table kept as select 7 as seven");
    await end(first.service, "SIGKILL");
    const second = await start();
    expect(await query(second.url, "select seven from kept")).toEqual([{ seven: 7 }]);
  });

  it.runIf(process.platform === "linux")("takes over from a server that was left running", async () => {
    const first = await start();
    await query(first.url, "create table kept as select 7 as seven");
    const orphan = await serverPid();
    process.kill(first.service.pid ?? 0, "SIGSTOP");
    await endWatcher(first.service, orphan);
    await end(first.service, "SIGKILL");
    expect(await isRunning(orphan)).toBe(true);
    const second = await start();
    expect(await query(second.url, "select seven from kept")).toEqual([{ seven: 7 }]);
    expect(await isRunning(orphan)).toBe(false);
  });

  it("recovers when service and server are killed together", async () => {
    const first = await start();
    await query(first.url, "create table kept as select 7 as seven");
    const pid = await serverPid();
    process.kill(pid, "SIGKILL");
    await end(first.service, "SIGKILL");
    const second = await start();
    expect(await query(second.url, "select seven from kept")).toEqual([{ seven: 7 }]);
  });

  it("is started again when it dies under a service that lives, on the same port and with its data", async () => {
    const { url } = await start();
    await query(url, "create table kept (n integer)");
    await query(url, "insert into kept values (7)");
    const before = await serverPid();
    process.kill(before, "SIGKILL");
    await vi.waitFor(async () => expect(await query(url, "select n from kept")).toEqual([{ n: 7 }]), {
      timeout: 20_000,
      interval: 50,
    });
    expect(await serverPid()).not.toBe(before);
  });

  it("leaves no server behind when it is stopped while one is coming up again", async () => {
    const { service } = await start();
    const before = await serverPid();
    process.kill(before, "SIGKILL");
    // The process's own file, long before the server answers.
    const revived = await vi.waitFor(
      async () => {
        const pid = await serverPid();
        expect([before, 0, Number.NaN]).not.toContain(pid);
        return pid;
      },
      { timeout: 20_000, interval: 1 },
    );
    await end(service, "SIGTERM");
    expect(await isRunning(revived)).toBe(false);
  });

  it("does not mistake another program for its server when the process id was given away", async () => {
    const first = await start();
    await end(first.service, "SIGTERM");
    await writeFile(
      path.join(dataDir, "postgres/postmaster.pid"),
      `${process.pid}\n${dataDir}/postgres\n1\n1\n\n127.0.0.1\n`,
    );
    expect((await start()).refusal).toBe("");
  });

  it("refuses a folder that another service uses, and leaves that one alone", async () => {
    const first = await start();
    const second = await start();
    expect(second.refusal).toMatch(/^Another service is running on .*: stop it, or give this one another DATA_DIR/);
    expect(await query(first.url, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("lets one of two that start on an empty folder go on", async () => {
    const empty = path.join(dataDir, "empty");
    const both = await Promise.all([start(empty), start(empty)]);
    expect(both.filter(({ refusal }) => refusal === "")).toHaveLength(1);
    expect(both.find(({ refusal }) => refusal !== "")?.refusal).toMatch(/^Another service is running on/);
  });

  it("says what is wrong when the password is lost", async () => {
    await end((await start()).service, "SIGTERM");
    await rm(path.join(dataDir, "postgres-password"));
    expect((await start()).refusal).toMatch(/postgres-password cannot be read/);
  });

  it.runIf(isRoot)(
    "keeps its data elsewhere when the server's user cannot reach the folder, and finds it again",
    async () => {
      const closed = path.join(dataDir, "closed");
      await mkdir(closed, { mode: 0o700 });
      const folder = path.join(closed, ".data");
      const first = await start(folder);
      await query(first.url, "create table kept as select 7 as seven");
      await end(first.service, "SIGTERM");
      const data = await realpath(path.join(folder, "postgres"));
      expect(data).toMatch(/^\/var\/lib\/mobigen-analytics\/cluster-/);
      const second = await start(folder);
      expect(await query(second.url, "select seven from kept")).toEqual([{ seven: 7 }]);
      await end(second.service, "SIGTERM");
      await rm(data, { recursive: true });
      expect((await start(folder)).refusal).toMatch(/leads nowhere/);
    },
  );
});

/** Ends the shell that would end the server, as a SIGKILL to everything of the service but the server would. */
async function endWatcher(service: ChildProcess, server: number): Promise<void> {
  const children = (await readFile(`/proc/${service.pid}/task/${service.pid}/children`, "utf8"))
    .trim()
    .split(" ")
    .map(Number);
  for (const pid of children) {
    const name = (await readFile(`/proc/${pid}/comm`, "utf8")).trim();
    if (pid !== server && name === "sh") process.kill(pid, "SIGKILL");
  }
}
