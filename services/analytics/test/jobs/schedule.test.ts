import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Job, JobContext } from "../../src/jobs/job.js";
import type { JobResult, Lease } from "../../src/jobs/run-window.js";
import { createSchedule, type Schedule } from "../../src/jobs/schedule.js";
import { inSteps } from "../../src/jobs/steps.js";
import { createJobRunStore } from "../../src/stores/postgres/job-run-store.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { silentLogger } from "../support/silent-logger.js";

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  app.clock.set("2026-03-18T10:20:30Z");
  await app.pool.query("delete from job_run");
});

const jobNamed = (name: string): Job => {
  const job = app.domain.schedule.jobs.find((candidate) => candidate.name === name);
  if (job === undefined) throw new Error(`there is no job ${name}`);
  return job;
};

/** A schedule of its own, as another replica has one. */
function replica(job: Job, options: { runner?: string; lease?: Lease } = {}): Schedule {
  const runs = createJobRunStore(app.pool);
  const { runner = "test:1", ...more } = options;
  return createSchedule({ jobs: [job], runs, runner, clock: app.clock.now, logger: silentLogger, ...more });
}

type CountingJob = Job & { runs: string[] };

/** Notes the hour of each window that it ran. */
function counting(work: (context: JobContext) => Promise<void> = async () => undefined): CountingJob {
  const job: CountingJob = {
    ...jobNamed("hourly"),
    runs: [],
    async run(context) {
      job.runs.push(context.window.start.toISOString().slice(11, 13));
      await work(context);
      return [{ step: "count", ms: 1, did: { number: job.runs.length } }];
    },
  };
  return job;
}

const window9 = { start: new Date("2026-03-18T09:00:00Z"), end: new Date("2026-03-18T10:00:00Z") };
const rows = async () =>
  (await app.domain.runs.list({ job: "hourly", limit: 50 })).map(
    (run) => `${run.windowStart.getUTCHours()}/${run.attempt} ${run.status} ${run.runner}`,
  );

describe("a window of a job", () => {
  it("runs once, on however many replicas", async () => {
    const job = counting();
    const results = await Promise.all(Array.from({ length: 5 }, () => replica(job).runNow(job)));
    expect(job.runs).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === "done")).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === "taken")).toHaveLength(4);
  });

  it("is not run by who looked while it ran and claims it once it is done", async () => {
    const { runs } = app.domain;
    const first = { job: "hourly", windowStart: window9.start, attempt: 1 };
    const startedAt = app.clock.now();
    const leaseUntil = new Date(startedAt.getTime() + 90_000);
    const run = { ...first, windowEnd: window9.end, runner: "test:1", byHand: true, startedAt, leaseUntil };
    expect(await runs.claim(run)).toBe(true);
    expect(await runs.claim({ ...run, attempt: 2 })).toBe(false);
    await runs.finish(first, { status: "done", finishedAt: startedAt, steps: [], error: null });
    expect(await runs.claim({ ...run, attempt: 2 })).toBe(false);
    expect(await runs.claim({ ...run, attempt: 2, again: true })).toBe(true);
  });

  it("leaves a row: when, by whom, what came of it", async () => {
    const job = counting();
    await replica(job).runDue();
    expect(await app.domain.runs.list({ job: "hourly", limit: 5 })).toEqual([
      {
        job: "hourly",
        windowStart: window9.start,
        windowEnd: window9.end,
        attempt: 1,
        status: "done",
        runner: "test:1",
        byHand: false,
        startedAt: app.clock.now(),
        finishedAt: app.clock.now(),
        leaseUntil: new Date("2026-03-18T10:22:00Z"),
        steps: [{ step: "count", ms: 1, did: { number: 1 } }],
        error: null,
      },
    ]);
  });

  it("leaves its error when it fails, and is tried again after a pause", async () => {
    let isBroken = true;
    const job = counting(async () => {
      if (isBroken) throw new Error("no disk");
    });
    expect(await replica(job).runNow(job)).toEqual({ kind: "failed", error: "no disk", steps: [] });
    expect((await app.domain.runs.list({ job: "hourly", limit: 5 }))[0]).toMatchObject({ error: "no disk", steps: [] });
    isBroken = false;
    await replica(job).runDue();
    expect(job.runs).toHaveLength(1);
    app.clock.advance({ minutes: 1 });
    await replica(job).runDue();
    await replica(job).runDue();
    expect(await rows()).toEqual(["9/2 done test:1", "9/1 failed test:1"]);
  });

  it("is failed, and tried again, when one of its steps fails", async () => {
    let isBroken = true;
    const ran: string[] = [];
    const steps = ["a", "b", "c"].map((name) => ({
      name,
      async run() {
        ran.push(name);
        if (name === "b" && isBroken) throw new Error("no disk");
        return {};
      },
    }));
    const job = { ...jobNamed("hourly"), run: inSteps(steps) };
    expect(await replica(job).runNow(job)).toMatchObject({
      kind: "failed",
      error: "b: no disk",
      steps: [
        { step: "a", did: {} },
        { step: "b", error: "no disk" },
        { step: "c", did: {} },
      ],
    });
    isBroken = false;
    app.clock.advance({ minutes: 1 });
    await replica(job).runDue();
    expect(ran).toEqual(["a", "b", "c", "a", "b", "c"]);
    expect(await rows()).toEqual(["9/2 done test:1", "9/1 failed test:1"]);
  });

  it("is given up after twelve failures, without keeping later ones waiting", async () => {
    const job = counting(async ({ window }) => {
      if (window.start.getTime() === window9.start.getTime()) throw new Error("no disk");
    });
    for (let hour = 0; hour < 20; hour += 1) {
      await replica(job).runDue();
      app.clock.advance({ hours: 1 });
    }
    expect(job.runs.filter((hour) => hour === "09")).toHaveLength(12);
    expect(job.runs.filter((hour) => hour !== "09")).toEqual(
      Array.from({ length: 19 }, (_, n) => String((10 + n) % 24).padStart(2, "0")),
    );
  });

  it("runs again on demand, and any other that is asked for", async () => {
    const job = counting();
    await replica(job).runNow(job);
    expect((await replica(job).runNow(job, { again: true })).kind).toBe("done");
    const window = { start: new Date("2026-03-01T00:00:00Z"), end: new Date("2026-03-01T01:00:00Z") };
    expect((await replica(job).runNow(job, { window })).kind).toBe("done");
    expect(job.runs).toEqual(["09", "09", "00"]);
    // What was run by hand is no beginning to catch up from.
    await replica(job).runDue();
    expect(job.runs).toHaveLength(3);
  });
});

describe("windows that were missed", () => {
  it("are caught up in their order, the latest 24 of them", async () => {
    const job = counting();
    await replica(job).runDue();
    app.clock.advance({ hours: 4 });
    const schedule = replica(job);
    schedule.start();
    await expect.poll(() => job.runs.length).toBe(5);
    await schedule.stop();
    expect(job.runs).toEqual(["09", "10", "11", "12", "13"]);
    app.clock.advance({ days: 3 });
    await replica(job).runDue();
    expect(job.runs).toHaveLength(5 + 24);
  });

  it("are run in their order by replicas that start at once, one at a time", async () => {
    const job = counting(async () => {
      busy += 1;
      most = Math.max(most, busy);
      await new Promise((resolve) => setTimeout(resolve, 5));
      busy -= 1;
    });
    let [busy, most] = [0, 0];
    await replica(job).runDue();
    app.clock.advance({ hours: 6 });
    const replicas = Array.from({ length: 3 }, (_, n) => replica(job, { runner: `test:${n}` }));
    while (job.runs.length < 7) await Promise.all(replicas.map((schedule) => schedule.runDue()));
    await Promise.all(replicas.map((schedule) => schedule.runDue()));
    expect(job.runs).toEqual(["09", "10", "11", "12", "13", "14", "15"]);
    expect(most).toBe(1);
  });
});

describe("a replica that is gone in the middle of a window", () => {
  const lease = { leaseMs: 90_000, renewMs: 5 };

  it("is waited for until its lease is over; then another takes the window over", async () => {
    const job = counting();
    const claim = { job: "hourly", windowStart: window9.start, windowEnd: window9.end, attempt: 1, byHand: false };
    const startedAt = app.clock.now();
    const leaseUntil = new Date(startedAt.getTime() + 90_000);
    expect(await app.domain.runs.claim({ ...claim, runner: "dead:1", startedAt, leaseUntil })).toBe(true);
    app.clock.set(new Date(leaseUntil.getTime() - 1));
    await replica(job).runDue();
    expect((await replica(job).runNow(job, { again: true })).kind).toBe("taken");
    expect(job.runs).toEqual([]);
    app.clock.set(leaseUntil);
    await replica(job).runDue();
    expect(await rows()).toEqual(["9/2 done test:1", "9/1 abandoned dead:1"]);
  });

  it("keeps its window for as long as it renews its lease", async () => {
    const { promise: ended, open: end } = gate();
    const job = counting(() => ended);
    const slow = replica(job, { lease }).runDue();
    await expect.poll(rows).toEqual(["9/1 running test:1"]);
    for (let minute = 0; minute < 10; minute += 1) {
      app.clock.advance({ minutes: 1 });
      const renewedTo = new Date(app.clock.now().getTime() + lease.leaseMs);
      await expect
        .poll(async () => (await app.domain.runs.list({ job: "hourly", limit: 1 }))[0]?.leaseUntil)
        .toEqual(renewedTo);
      await replica(job).runDue();
    }
    end();
    await slow;
    expect(await rows()).toEqual(["9/1 done test:1"]);
  });

  it("is told to end when it comes back to a window that another one took over, and writes nothing", async () => {
    let lost: unknown;
    const { promise: paused, open: wake } = gate();
    const job = counting(async ({ signal }) => {
      if (job.runs.length > 1) return;
      await paused;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      lost = signal.reason;
    });
    // Renews nothing before it wakes up.
    const runs = createJobRunStore(app.pool);
    const sleepy = {
      ...runs,
      renew: async (...args: Parameters<typeof runs.renew>) => paused.then(() => runs.renew(...args)),
    };
    const first = createSchedule({
      ...{ jobs: [job], runs: sleepy, runner: "paused:1", clock: app.clock.now, logger: silentLogger, lease },
    }).runDue();
    await expect.poll(rows).toEqual(["9/1 running paused:1"]);
    app.clock.advance({ minutes: 2 });
    await replica(job).runDue();
    wake();
    await first;
    expect(lost).toEqual(new Error("another replica took the window over"));
    expect(await rows()).toEqual(["9/2 done test:1", "9/1 abandoned paused:1"]);
  });
});

describe("a stop", () => {
  it("waits for what runs", async () => {
    let ended = 0;
    const job = counting(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      ended += 1;
    });
    const schedule = replica(job);
    schedule.start();
    await expect.poll(() => job.runs).toHaveLength(1);
    await schedule.stop();
    expect(ended).toBe(1);
  });

  it("tells a long run to end; another replica takes the window at once", async () => {
    const job = counting(async ({ signal }) => {
      if (job.runs.length > 1) return;
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    const schedule = replica(job);
    schedule.start();
    await expect.poll(() => job.runs).toHaveLength(1);
    await schedule.stop();
    expect(await rows()).toEqual(["9/1 stopped test:1"]);
    await replica(job, { runner: "test:2" }).runDue();
    expect(await rows()).toEqual(["9/2 done test:2", "9/1 stopped test:1"]);
  });
});

describe("the jobs", () => {
  const record = (inputTokens: number, userId = "u") =>
    app.fetchJson("/usage/api", {
      body: { userId, projectId: "p", model: "claude-3-haiku-20240307", inputTokens, outputTokens: 0 },
    });
  const counters = async () => {
    const values = await app.domain.counters.read({ userIds: ["u"], projectIds: ["p"] }, app.clock.now());
    return values?.users.get("u");
  };

  it("hourly: puts counters that went wrong right, and makes the dashboard fresh", async () => {
    await record(100);
    await app.domain.counters.recordUsage({
      at: app.clock.now(),
      entries: [{ userId: "u", projectId: "p", tokens: 5, requests: 5, occurredAt: app.clock.now() }],
    });
    app.clock.set("2026-03-18T11:00:00Z");
    const result = await app.domain.schedule.runNow(jobNamed("hourly"));
    expect(didOf(result, "counters")).toEqual({ reset: true, counters: "healed", strays: 0 });
    expect(await counters()).toEqual({ tokens: 100, requests: 1 });
    const { body } = await app.fetchJson<{ generatedAt: string }>("/metrics/dashboard");
    expect(body.generatedAt).toBe("2026-03-18T11:00:00.000Z");
  });

  it("daily: resets the counters on the dot, and makes the partitions of the days ahead", async () => {
    app.clock.set("2026-03-27T00:00:00Z");
    const result = await app.domain.schedule.runNow(jobNamed("daily"));
    expect(didOf(result, "counters")).toEqual({ reset: true, counters: "healed" });
    expect(await counters()).toEqual({ tokens: 0, requests: 0 });
    const { rows } = await app.pool.query("select to_regclass('app_event_20260403') is not null as exists");
    expect(rows).toEqual([{ exists: true }]);
  });

  it("weekly: keeps the totals of the last whole week, Monday to Sunday, beside those of the week before", async () => {
    app.clock.set("2026-04-29T12:00:00Z");
    await record(200, "w");
    app.clock.set("2026-05-06T12:00:00Z");
    await record(300, "w");
    app.clock.set("2026-05-13T12:00:00Z");
    await record(400, "w");
    app.clock.set("2026-05-17T00:00:00Z");
    const result = await app.domain.schedule.runNow(jobNamed("weekly"));
    expect(didOf(result, "trends")).toMatchObject({
      from: "2026-05-04T00:00:00.000Z",
      to: "2026-05-11T00:00:00.000Z",
      totals: { tokens: { value: 300, before: 200 }, builds: { value: 0, before: 0 } },
    });
    expect(didOf(result, "reports")).toEqual({ queued: 0, skipped: 0, failed: 0, linksDropped: 0 });
  });
});

function didOf(result: JobResult, step: string): unknown {
  if (result.kind !== "done") throw new Error(`the job is ${result.kind}`);
  const report = result.steps.find((candidate) => candidate.step === step);
  return report !== undefined && "did" in report ? report.did : undefined;
}

function gate(): { promise: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}
