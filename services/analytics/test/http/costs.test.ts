import {
  type CostBreakdown,
  type CreatedToken,
  costBreakdownSchema,
  type UsageBatchReply,
} from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ now: "2026-06-15T12:00:00Z" });
});
afterAll(() => app.stop());

const sonnet = "claude-3-sonnet-20240229";
const haiku = "claude-3-haiku-20240307";

describe("GET /costs/user/:userId and /costs/project/:projectId", () => {
  it("answers the brief's fields with exact money, by model and by day, newest first", async () => {
    await record(
      {
        userId: "u",
        projectId: "p",
        model: sonnet,
        inputTokens: 100_000,
        outputTokens: 10_000,
        timestamp: "2026-06-14T23:59:59Z",
      },
      {
        userId: "u",
        projectId: "p",
        model: haiku,
        inputTokens: 400_000,
        outputTokens: 80_000,
        timestamp: "2026-06-15T00:00:00Z",
      },
      { userId: "u", model: "unknown", inputTokens: 5, outputTokens: 6, timestamp: "2026-06-15T01:00:00Z" },
      { userId: "v", projectId: "p", model: haiku, inputTokens: 4, outputTokens: 0, timestamp: "2026-06-01T00:00:00Z" },
    );
    const { status, body } = await app.fetchJson<CostBreakdown>("/costs/user/u?period=month");
    expect(status).toBe(200);
    const { projectedMonthly, ...costs } = costBreakdownSchema.parse(body);
    expect(costs).toEqual({
      totalCost: 0.65,
      inputCost: 0.4,
      outputCost: 0.25,
      byModel: {
        [sonnet]: { inputCost: 0.3, outputCost: 0.15, totalCost: 0.45 },
        [haiku]: { inputCost: 0.1, outputCost: 0.1, totalCost: 0.2 },
        unknown: { inputCost: 0, outputCost: 0, totalCost: 0 },
      },
      byDay: [
        { date: "2026-06-15", cost: 0.2, tokens: 480_011 },
        { date: "2026-06-14", cost: 0.45, tokens: 110_000 },
      ],
      cacheCost: 0,
      projection: { low: null, high: null, method: "run-rate" },
      unpricedRequests: 1,
      currency: "USD",
    });
    expect(projectedMonthly).toBeGreaterThan(0.65);
    const project = (await app.fetchJson<CostBreakdown>("/costs/project/p?order=asc")).body;
    expect(project).toMatchObject({ totalCost: 0.650001, unpricedRequests: 0 });
    expect(project.byDay.map((day) => day.date)).toEqual(["2026-06-01", "2026-06-14", "2026-06-15"]);
  });

  it("adds up without float dust where floats have it", async () => {
    // Three times $0.1 is 0.30000000000000004 in floats.
    await record(...[1, 2, 3].map(() => ({ userId: "dust", model: haiku, inputTokens: 400_000, outputTokens: 0 })));
    expect(await raw("/costs/user/dust")).toContain('"totalCost":0.3,');
  });

  it("projects the current month whatever window was asked for", async () => {
    // A dollar a day since 1 May: 14.5 of June's 30 days are gone, the 15th's dollar is spent.
    const days = Array.from({ length: 46 }, (_, n) => new Date(Date.UTC(2026, 4, 1 + n, 6)).toISOString());
    await record(
      ...days.map((timestamp) => ({
        userId: "steady",
        model: haiku,
        inputTokens: 4_000_000,
        outputTokens: 0,
        timestamp,
      })),
    );
    for (const query of [
      "period=month",
      "period=day",
      "period=90d",
      "from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z",
    ]) {
      expect((await app.fetchJson<CostBreakdown>(`/costs/user/steady?${query}`)).body.projectedMonthly).toBe(
        15 + 0.5 + 15,
      );
    }
  });

  it("200: zeros for an id that nobody ever sent", async () => {
    for (const path of ["/costs/user/nobody", "/costs/project/nothing?period=all"]) {
      expect((await app.fetchJson(path)).body).toEqual({
        totalCost: 0,
        inputCost: 0,
        outputCost: 0,
        byModel: {},
        byDay: [],
        cacheCost: 0,
        projectedMonthly: 0,
        projection: { low: null, high: null, method: "none" },
        unpricedRequests: 0,
        currency: "USD",
      });
    }
  });

  it("401 and 403: without a token, and with one that may only write", async () => {
    const writer = await app.fetchJson<CreatedToken>("/tokens", {
      body: { name: "writer", scopes: ["platform:write"] },
    });
    for (const path of ["/costs/user/u", "/costs/project/p", "/usage/user/u", "/usage/project/p"]) {
      expect((await app.fetchJson(path, { token: null })).status).toBe(401);
      expect((await app.fetchJson(path, { token: writer.body.token })).status).toBe(403);
    }
  });
});

async function record(...entries: Record<string, unknown>[]): Promise<void> {
  const { body } = await app.fetchJson<UsageBatchReply>("/usage/api", { body: entries });
  expect(body.success).toBe(true);
}

async function raw(path: string): Promise<string> {
  const response = await fetch(app.url + path, { headers: { authorization: `Bearer ${app.adminToken}` } });
  return response.text();
}
