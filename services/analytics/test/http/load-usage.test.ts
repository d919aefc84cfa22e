import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { UsageStats } from "@mobigen/analytics-contract";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeLoad, type LoadUsageOptions, loadUsage } from "../../src/load-usage.js";
import { moneyToText } from "../../src/money.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { usageRollupDifferences } from "../support/usage.js";

const trace = fileURLToPath(new URL("../data/azure-llm-trace-code.csv", import.meta.url));
const sums = { rows: 8_819, inputTokens: 18_059_974, outputTokens: 245_896 };
const tokens = sums.inputTokens + sums.outputTokens;
const costs = { inputCost: 4.5149935, outputCost: 0.30737, totalCost: 4.8223635 };

let app: TestApp;
let folder: string;

beforeAll(async () => {
  app = await startTestApp({ redis: true });
  folder = await mkdtemp(path.join(os.tmpdir(), "load-usage-"));
});
afterAll(async () => {
  await app.stop();
  await rm(folder, { recursive: true });
});

function load(more: Partial<LoadUsageOptions> = {}) {
  return loadUsage({ file: trace, url: app.url, token: app.adminToken, userId: "azure", projectId: "code", ...more });
}

describe("loading an hour of real LLM requests", () => {
  it("finds every token and exactly $4.8223635 in usage, costs, the dashboard and the counters", async () => {
    let progress = 0;
    const summary = await load({ onProgress: ({ rows }) => (progress = Math.max(progress, rows)) });
    expect(summary).toMatchObject({ ...sums, stored: 8_819, duplicates: 0, failed: 0, unpriced: 0 });
    expect(moneyToText(summary.cost)).toBe("4.8223635");
    expect(progress).toBe(8_819);

    for (const subject of ["user/azure", "project/code"]) {
      const usage = (await app.fetchJson(`/usage/${subject}?period=day`)).body;
      expect(usage).toMatchObject({
        totalRequests: 8_819,
        totalInputTokens: sums.inputTokens,
        totalOutputTokens: sums.outputTokens,
        totalTokens: tokens,
        byDay: [{ date: "2026-03-18", requests: 8_819, tokens }],
      });
      const found = (await app.fetchJson(`/costs/${subject}?period=day`)).body;
      expect(found).toMatchObject({ ...costs, byDay: [{ date: "2026-03-18", cost: costs.totalCost, tokens }] });
    }
    expect((await app.fetchJson("/metrics/dashboard")).body).toMatchObject({
      overview: { totalTokensUsed: tokens, totalCost: costs.totalCost },
      recentActivity: { tokensLast24h: tokens },
      topProjects: [{ id: "code", tokens }],
    });
    const redis = new Redis(app.config.redisUrl ?? "");
    const keys = [
      "user:azure:tokens:daily",
      "user:azure:requests:daily",
      "project:code:tokens:daily",
      "global:tokens:hourly",
    ];
    const counters = await redis.mget(keys.map((key) => `analytics:${key}`));
    redis.disconnect();
    expect(counters.map(Number)).toEqual([tokens, 8_819, tokens, tokens]);
    expect(await usageRollupDifferences(app.pool)).toEqual([]);
  });

  it("finds everything there already the second time, and counts nothing twice", async () => {
    app.clock.advance({ minutes: 20 });
    const summary = await load();
    expect(summary).toMatchObject({ ...sums, stored: 0, duplicates: 8_819, failed: 0 });
    expect(describeLoad(summary)).toBe(
      "8,819 rows: 0 stored, 8,819 already there; 18,059,974 input and 245,896 output tokens; cost $4.8223635",
    );
    expect((await app.fetchJson<UsageStats>("/usage/user/azure?period=day")).body.totalTokens).toBe(tokens);
  });

  it("keeps the file's times when asked to", async () => {
    const file = path.join(folder, "times.csv");
    await copyFile(trace, file);
    expect(await load({ file, userId: "times", keepTimes: true })).toMatchObject({ stored: 8_819 });
    const { body } = await app.fetchJson<UsageStats>("/usage/user/times?period=all");
    expect(body.byDay).toEqual([{ date: "2023-11-16", requests: 8_819, tokens }]);
    const hour = "from=2023-11-16T18:17:03.979Z&to=2023-11-16T18:17:03.980Z";
    expect((await app.fetchJson<UsageStats>(`/usage/user/times?${hour}`)).body.totalTokens).toBe(4_818);
  });

  it("says how many rows were refused, and why, when another load has their ids", async () => {
    const file = path.join(folder, "small.csv");
    await writeFile(file, "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,1,2\n");
    await load({ file, model: "unknown" });
    const summary = await load({ file, model: "other" });
    expect(summary).toMatchObject({
      rows: 1,
      stored: 0,
      failed: 1,
      firstFailure: expect.stringContaining("small.csv:1"),
    });
  });

  it("says so when calls have no price", async () => {
    const file = path.join(folder, "unpriced.csv");
    await writeFile(file, "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.9799600,1,2\r\n\r\n");
    expect(describeLoad(await load({ file, model: "unknown" }))).toContain("cost $0 (1 without a price)");
  });
});

describe("a load that can't be done says why", () => {
  it("in one sentence for a missing file and a folder", async () => {
    await expect(load({ file: "/no/such/file.csv" })).rejects.toThrow('There is no file "/no/such/file.csv".');
    await expect(load({ file: folder })).rejects.toThrow("is no file");
  });

  it("with the line number of a bad row", async () => {
    const file = path.join(folder, "bad.csv");
    await writeFile(
      file,
      "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,1,2\n2023-11-16 18:17:03,x,2\n",
    );
    await expect(load({ file })).rejects.toThrow(
      /bad\.csv, line 3: the row has no whole number of ContextTokens, but "x"/,
    );
  });

  it("for a file without the header, and an empty one", async () => {
    const file = path.join(folder, "header.csv");
    await writeFile(file, "a,b,c\n");
    await expect(load({ file })).rejects.toThrow(/line 1: the header must be/);
    await writeFile(file, "");
    await expect(load({ file })).rejects.toThrow("is empty");
  });

  it("for a service that is away, a wrong URL and a wrong token", async () => {
    await expect(load({ url: "http://127.0.0.1:1" })).rejects.toThrow(/not reachable at http:\/\/127\.0\.0\.1:1/);
    await expect(load({ url: "localhost" })).rejects.toThrow('"localhost" is no URL');
    await expect(load({ token: "wrong" })).rejects.toThrow(/refused with 401/);
    await expect(load({ url: `${app.url}/elsewhere` })).rejects.toThrow(/refused with 404/);
  });
});
