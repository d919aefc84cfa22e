import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { createJobRunStore } from "../../src/stores/postgres/job-run-store.js";
import { createTestDatabase, type TestDatabase } from "../support/postgres.js";

const service = fileURLToPath(new URL("../..", import.meta.url));
const boundMs = 60_000;

let db: TestDatabase;
const children: ChildProcess[] = [];
beforeAll(async () => {
  db = await createTestDatabase();
  await db.pool.query("create table job_note (n serial, job text, window_start timestamptz, pid integer)");
});
beforeEach(async () => {
  await db.pool.query("truncate job_note, job_run");
});
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => end(child, "SIGKILL")));
});
afterAll(() => db.drop());

async function end(child: ChildProcess, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

/** Replicas, by their process ids, that look for work from the same moment on. */
async function startReplicas(count: number, start: string, holdMs: number): Promise<Map<number, ChildProcess>> {
  const script = fileURLToPath(new URL("../support/job-replica.ts", import.meta.url));
  const replicas = Array.from({ length: count }, () =>
    spawn(process.execPath, ["--conditions=source", "--import", "tsx", script], {
      cwd: service,
      env: {
        PATH: process.env["PATH"],
        ...{ DATABASE_URL: db.url, START: start, HOLD_MS: String(holdMs) },
      },
      stdio: ["pipe", "pipe", "inherit"],
    }),
  );
  children.push(...replicas);
  await Promise.all(replicas.map((replica) => once(replica.stdout, "data")));
  for (const replica of replicas) replica.stdin.write("go\n");
  return new Map(replicas.map((replica) => [replica.pid ?? 0, replica]));
}

type Note = { job: string; hour: string; pid: number };

async function notes(job: string): Promise<Note[]> {
  const { rows } = await db.pool.query<Note>(
    "select job, to_char(window_start, 'DD HH24') as hour, pid from job_note where job = $1 order by n",
    [job],
  );
  return rows;
}

const runs = async (job: string) => (await createJobRunStore(db.pool).list({ job, limit: 100 })).reverse();
const statuses = async (job: string) => (await runs(job)).map(({ attempt, status }) => `${attempt} ${status}`);

/** The schedule ran once before, at this window. */
async function ranBefore(job: string, windowStart: string): Promise<void> {
  const start = new Date(windowStart);
  const claim = { job, windowStart: start, attempt: 1 };
  const lease = { startedAt: start, leaseUntil: start };
  const store = createJobRunStore(db.pool);
  await store.claim({ ...claim, windowEnd: start, runner: "before", byHand: false, ...lease });
  await store.finish(claim, { status: "done", finishedAt: start, steps: [], error: null });
}

it(
  "three replicas that start at once run each window once, those that were missed in their order",
  async () => {
    await ranBefore("hourly", "2026-03-18T03:00:00Z");
    await startReplicas(3, "2026-03-18T10:20:00Z", 20);
    await expect
      .poll(() => statuses("hourly"), { timeout: boundMs })
      .toEqual(Array.from({ length: 7 }, () => "1 done"));
    for (const job of ["daily", "weekly"]) {
      await expect.poll(() => statuses(job), { timeout: boundMs }).toEqual(["1 done"]);
    }
    expect((await notes("hourly")).map(({ hour }) => hour)).toEqual([4, 5, 6, 7, 8, 9].map((hour) => `18 0${hour}`));
    expect(await notes("daily")).toHaveLength(1);
    expect(await notes("weekly")).toHaveLength(1);
  },
  2 * boundMs,
);

it(
  "a window whose replica is killed in the middle is taken over by another one, and the next follows",
  async () => {
    await ranBefore("hourly", "2026-03-18T07:00:00Z");
    const replicas = await startReplicas(3, "2026-03-18T10:20:00Z", 1_000);
    await expect.poll(() => notes("hourly"), { timeout: boundMs, interval: 20 }).toHaveLength(1);
    const [first] = await notes("hourly");
    const victim = replicas.get(first?.pid ?? 0);
    if (victim === undefined) throw new Error("nobody ran the window");
    await end(victim, "SIGKILL");
    await expect
      .poll(() => statuses("hourly"), { timeout: boundMs })
      .toEqual(["1 done", "1 abandoned", "2 done", "1 done"]);
    expect((await notes("hourly")).map(({ hour }) => hour)).toEqual(["18 08", "18 08", "18 09"]);
    expect((await notes("hourly"))[1]?.pid).not.toBe(first?.pid);
  },
  2 * boundMs,
);

it(
  "a replica that is stopped in the middle gives its window back at once",
  async () => {
    await startReplicas(1, "2026-03-18T10:20:00Z", 60_000);
    await expect.poll(() => notes("hourly"), { timeout: boundMs }).toHaveLength(1);
    const [child] = children;
    if (child !== undefined) await end(child, "SIGTERM");
    expect(child?.exitCode).toBe(0);
    expect(await statuses("hourly")).toEqual(["1 stopped"]);
  },
  2 * boundMs,
);
