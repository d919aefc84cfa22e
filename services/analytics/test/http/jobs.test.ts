import type { JobOverview, JobRun, Page, Problem } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await app.domain.schedule.runDue();
});
afterAll(() => app.stop());

const lastOf = ({ jobs }: JobOverview) => jobs.map(({ name, lastRun }) => [name, lastRun?.windowStart ?? null]);

describe("GET /jobs", () => {
  it("shows when each job runs next, and how it went last", async () => {
    const { status, body } = await app.fetchJson<JobOverview>("/jobs");
    expect(status).toBe(200);
    expect(body.enabled).toBe(false);
    expect(body.jobs.map(({ name, cron, nextAt }) => [name, cron, nextAt])).toEqual([
      ["hourly", "0 * * * *", "2026-03-18T11:00:00.000Z"],
      ["daily", "0 0 * * *", "2026-03-19T00:00:00.000Z"],
      ["weekly", "0 0 * * 0", "2026-03-22T00:00:00.000Z"],
    ]);
    expect(lastOf(body)).toEqual([
      ["hourly", "2026-03-18T09:00:00.000Z"],
      ["daily", "2026-03-17T00:00:00.000Z"],
      ["weekly", "2026-03-08T00:00:00.000Z"],
    ]);
    expect(body.jobs.map(({ lastRun }) => lastRun?.status)).toEqual(["done", "done", "done"]);
  });

  it("is for readers of the platform only", async () => {
    expect((await app.fetchJson("/jobs", { token: null })).status).toBe(401);
    const { token } = await app.domain.tokens.create({ name: "w", scopes: ["platform:write"] }, "test");
    for (const path of ["/jobs", "/jobs/hourly/runs"]) expect((await app.fetchJson(path, { token })).status).toBe(403);
  });
});

describe("GET /jobs/:name/runs", () => {
  it("pages through a job's runs, latest windows first", async () => {
    app.clock.advance({ hours: 4 });
    await app.domain.schedule.runDue();
    const seen: JobRun[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = `limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const { body }: { body: Page<JobRun> } = await app.fetchJson<Page<JobRun>>(`/jobs/hourly/runs?${query}`);
      seen.push(...body.items);
      cursor = body.nextCursor;
    }
    expect(seen.map(({ windowStart }) => windowStart.slice(11, 13))).toEqual(["13", "12", "11", "10", "09"]);
    expect(seen.every(({ job, status, attempt }) => job === "hourly" && status === "done" && attempt === 1)).toBe(true);
    expect(seen[0]?.steps.map(({ step }) => step)).toContain("counters");
    expect(seen[0]?.runner).toMatch(/^.+:\d+$/);
  });

  it("knows no other job", async () => {
    const { status, body } = await app.fetchJson<Problem>("/jobs/yearly/runs");
    expect([status, body.code]).toEqual([404, "not_found"]);
  });
});
