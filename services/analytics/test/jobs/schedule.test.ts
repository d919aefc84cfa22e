import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Job } from "../../src/jobs/job.js";
import { createSchedule, type Schedule } from "../../src/jobs/schedule.js";
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
function replica(job: Job): Schedule {
  return createSchedule({ jobs: [job], runs: createJobRunStore(app.pool), clock: app.clock.now, logger: silentLogger });
}

function counting(run: () => Promise<void> = async () => undefined): Job & { runs: number } {
  const job = {
    ...jobNamed("hourly"),
    runs: 0,
    async run() {
      job.runs += 1;
      await run();
      return { number: job.runs };
    },
  };
  return job;
}

describe("the windows", () => {
  it.each([
    ["hourly", "2026-03-18T10:20:30Z", "2026-03-18T09:00:00.000Z", "2026-03-18T10:00:00.000Z"],
    ["hourly", "2026-03-18T10:00:00Z", "2026-03-18T09:00:00.000Z", "2026-03-18T10:00:00.000Z"],
    ["daily", "2026-03-18T00:00:00Z", "2026-03-17T00:00:00.000Z", "2026-03-18T00:00:00.000Z"],
    ["weekly", "2026-03-18T10:20:30Z", "2026-03-08T00:00:00.000Z", "2026-03-15T00:00:00.000Z"],
    ["weekly", "2026-03-22T00:00:00Z", "2026-03-15T00:00:00.000Z", "2026-03-22T00:00:00.000Z"],
  ])("of the %s job at %s is %s to %s", (name, now, start, end) => {
    const window = jobNamed(name).windowBefore(new Date(now));
    expect([window.start.toISOString(), window.end.toISOString()]).toEqual([start, end]);
  });
});

describe("a window of a job", () => {
  it("runs once, on however many replicas", async () => {
    const job = counting();
    const results = await Promise.all(Array.from({ length: 5 }, () => replica(job).runNow(job)));
    expect(job.runs).toBe(1);
    expect(results.filter(({ kind }) => kind === "done")).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === "taken")).toHaveLength(4);
  });

  it("leaves a row: when, what came of it", async () => {
    const job = counting();
    await replica(job).runNow(job);
    expect(await app.domain.runs.list({ job: "hourly", limit: 5 })).toEqual([
      {
        job: "hourly",
        windowStart: new Date("2026-03-18T09:00:00Z"),
        startedAt: app.clock.now(),
        finishedAt: app.clock.now(),
        outcome: { number: 1 },
        error: null,
      },
    ]);
  });

  it("leaves its error when it fails, and may be run again", async () => {
    let isBroken = true;
    const job = counting(async () => {
      if (isBroken) throw new Error("no disk");
    });
    expect(await replica(job).runNow(job)).toEqual({ kind: "failed", error: "no disk" });
    expect((await app.domain.runs.list({ job: "hourly", limit: 5 }))[0]).toMatchObject({
      error: "no disk",
      outcome: null,
    });
    isBroken = false;
    expect((await replica(job).runNow(job)).kind).toBe("done");
    expect((await app.domain.runs.list({ job: "hourly", limit: 5 }))[0]?.error).toBeNull();
  });

  it("is taken over after an hour from a replica that was killed in the middle, and not before", async () => {
    const job = counting();
    const { start } = job.windowBefore(app.clock.now());
    await app.domain.runs.claim("hourly", start, app.clock.now(), new Date(0));
    app.clock.set("2026-03-18T10:59:59Z");
    expect((await replica(job).runNow(job)).kind).toBe("taken");
    await app.pool.query("update job_run set started_at = $1", [new Date("2026-03-18T09:55:00Z")]);
    expect((await replica(job).runNow(job)).kind).toBe("done");
  });

  it("runs again on demand", async () => {
    const job = counting();
    await replica(job).runNow(job);
    expect((await replica(job).runNow(job, { again: true })).kind).toBe("done");
    expect(job.runs).toBe(2);
  });

  it("is caught up at the start, and the stop waits for it", async () => {
    let ended = 0;
    const job = counting(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      ended += 1;
    });
    const schedule = replica(job);
    schedule.start();
    await expect.poll(() => job.runs).toBe(1);
    await schedule.stop();
    expect(ended).toBe(1);
    const again = replica(job);
    again.start();
    await again.stop();
    expect(job.runs).toBe(1);
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
    expect(result).toMatchObject({ kind: "done", outcome: { counters: "healed" } });
    expect(await counters()).toEqual({ tokens: 100, requests: 1 });
    const { body } = await app.fetchJson<{ generatedAt: string }>("/metrics/dashboard");
    expect(body.generatedAt).toBe("2026-03-18T11:00:00.000Z");
  });

  it("daily: resets the counters on the dot, and makes the partitions of the days ahead", async () => {
    app.clock.set("2026-03-27T00:00:00Z");
    expect(await app.domain.schedule.runNow(jobNamed("daily"))).toMatchObject({
      kind: "done",
      outcome: { countersReset: true, counters: "healed" },
    });
    expect(await counters()).toEqual({ tokens: 0, requests: 0 });
    const { rows } = await app.pool.query("select to_regclass('app_event_20260403') is not null as exists");
    expect(rows).toEqual([{ exists: true }]);
  });

  it("weekly: keeps the week's totals and their change against the week before", async () => {
    app.clock.set("2026-05-06T12:00:00Z");
    await record(200, "w");
    app.clock.set("2026-05-13T12:00:00Z");
    await record(300, "w");
    app.clock.set("2026-05-17T00:00:00Z");
    expect(await app.domain.schedule.runNow(jobNamed("weekly"))).toMatchObject({
      kind: "done",
      outcome: {
        from: "2026-05-10T00:00:00.000Z",
        to: "2026-05-17T00:00:00.000Z",
        totals: { tokens: { total: 300, change: 50 }, builds: { total: 0, change: null } },
      },
    });
  });
});
