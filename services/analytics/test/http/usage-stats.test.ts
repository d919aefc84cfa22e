import {
  type Problem,
  type ProjectUsageStats,
  projectUsageStatsSchema,
  type UsageBatchReply,
  type UsageStats,
  usageStatsSchema,
} from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";

const sonnet = "claude-3-sonnet-20240229";
const haiku = "claude-3-haiku-20240307";

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ now: "2026-06-15T12:07:00Z" });
});
afterAll(() => app.stop());

const call = { userId: "user-1", projectId: "project-1", model: sonnet, inputTokens: 1500, outputTokens: 3000 };

describe("GET /usage/user/:userId and /usage/project/:projectId", () => {
  const path = encodeURIComponent('it\'s/"a" user é😀');

  beforeAll(async () => {
    const userId = decodeURIComponent(path);
    const entries = [
      { ...call, userId, projectId: "p-1", timestamp: "2026-06-13T23:30:00Z" },
      {
        ...call,
        userId,
        projectId: "p-2",
        timestamp: "2026-06-14T10:00:00Z",
        model: haiku,
        inputTokens: 10,
        outputTokens: 20,
      },
      {
        ...call,
        userId,
        projectId: undefined,
        timestamp: "2026-06-14T10:00:01Z",
        model: haiku,
        inputTokens: 1,
        outputTokens: 2,
      },
      { ...call, userId: "someone", projectId: "p-2", timestamp: "2026-05-31T23:59:59Z" },
    ];
    expect((await app.fetchJson<UsageBatchReply>("/usage/api", { body: entries })).body.success).toBe(true);
  });

  it("answers the brief's fields, by model and by day, newest first", async () => {
    const { status, body } = await app.fetchJson<UsageStats>(`/usage/user/${path}?period=month`);
    expect(status).toBe(200);
    expect(usageStatsSchema.parse(body)).toEqual({
      totalRequests: 3,
      totalInputTokens: 1511,
      totalOutputTokens: 3022,
      totalTokens: 4533,
      uniqueProjects: 2,
      byModel: {
        [sonnet]: { requests: 1, inputTokens: 1500, outputTokens: 3000 },
        [haiku]: { requests: 2, inputTokens: 11, outputTokens: 22 },
      },
      byDay: [
        { date: "2026-06-14", requests: 2, tokens: 33 },
        { date: "2026-06-13", requests: 1, tokens: 4500 },
      ],
    });
  });

  it("cuts days in the asked zone, in the asked order", async () => {
    const { body } = await app.fetchJson<UsageStats>(`/usage/user/${path}?period=7d&tz=Asia/Kathmandu&order=asc`);
    expect(body.byDay).toEqual([{ date: "2026-06-14", requests: 3, tokens: 4533 }]);
    const utc = await app.fetchJson<UsageStats>(`/usage/user/${path}?period=7d&tz=UTC&order=asc`);
    expect(utc.body.byDay.map((day) => day.date)).toEqual(["2026-06-13", "2026-06-14"]);
  });

  it("takes exact bounds inside a bucket", async () => {
    const window = "from=2026-06-14T10:00:00.000Z&to=2026-06-14T10:00:01.000Z";
    expect((await app.fetchJson<UsageStats>(`/usage/user/${path}?${window}`)).body.totalTokens).toBe(30);
  });

  it("of a project counts its users instead of projects", async () => {
    const { body } = await app.fetchJson<ProjectUsageStats>("/usage/project/p-2?period=90d");
    expect(projectUsageStatsSchema.parse(body)).toMatchObject({ totalRequests: 2, uniqueUsers: 2 });
    expect(body).not.toHaveProperty("uniqueProjects");
    expect((await app.fetchJson<ProjectUsageStats>("/usage/project/p-2")).body).toMatchObject({
      totalRequests: 1,
      uniqueUsers: 1,
    });
  });

  it("200: zeros for an id that nobody ever sent", async () => {
    const zeros = {
      totalRequests: 0,
      totalInputTokens: 0,
      totalOutputTokens: 0,
      totalTokens: 0,
      byModel: {},
      byDay: [],
    };
    expect((await app.fetchJson<UsageStats>("/usage/user/nobody")).body).toEqual({ ...zeros, uniqueProjects: 0 });
    expect((await app.fetchJson<ProjectUsageStats>("/usage/project/nothing?period=all")).body).toEqual({
      ...zeros,
      uniqueUsers: 0,
    });
  });

  it("shows a model named __proto__ like any other", async () => {
    await app.fetchJson("/usage/api", { raw: JSON.stringify({ ...call, userId: "odd", model: "__proto__" }) });
    const response = await fetch(`${app.url}/usage/user/odd`, {
      headers: { authorization: `Bearer ${app.adminToken}` },
    });
    expect(await response.text()).toContain('"byModel":{"__proto__":{"requests":1');
  });

  it.each([
    ["period=fortnight", "period"],
    ["period=0d", "period"],
    ["tz=Mars/Olympus", "tz"],
    ["tz=%2B05:30", "tz"],
    ["from=2026-06-02T00:00:00Z&to=2026-06-01T00:00:00Z", "from"],
    ["from=yesterday", "from"],
    ["from=1970-01-01T00:00:00Z", "from"],
    ["to=2100-01-01T00:00:00Z", "to"],
    ["period=day&from=2026-06-01T00:00:00Z", "period"],
    ["order=random", "order"],
    ["granularity=day", "granularity"],
  ])("400: refuses %s and names the parameter", async (query, parameter) => {
    for (const of of ["usage/user/u", "usage/project/p", "costs/user/u", "costs/project/p"]) {
      const { status, body } = await app.fetchJson<Problem>(`/${of}?${query}`);
      expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([400, "invalid_query", parameter]);
    }
  });

  it.each([["a%00b"], ["%ED%A0%80"], ["x".repeat(201)], ["%"], ["a%0Ab"]])("400: refuses the id %s", async (id) => {
    const { status, body } = await app.fetchJson<Problem>(`/usage/user/${id}`);
    expect([status, body.code]).toEqual([400, "invalid_path"]);
  });
});
