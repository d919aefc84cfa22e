import type { Fleet, Problem } from "@mobigen/analytics-contract";
import { fleetSchema } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ now: "2026-03-18T10:20:30Z" });
  for (const [id, name] of [
    ["shop", "Shop"],
    ["blog", "blog of Ada"],
    ["game", "Game 100%"],
    ["empty", "Empty"],
  ] as const) {
    await app.createProject({ id, name });
  }
  await act("shop", [
    { at: "2026-03-10T09:00:00Z", who: "ann", session: "s1" },
    { at: "2026-03-17T09:00:00Z", who: "ann", session: "s2" },
    { at: "2026-03-17T09:01:00Z", who: "ann", session: "s2" },
    { at: "2026-03-18T10:20:00Z", who: "ben", session: "s3" },
  ]);
  await act("blog", [{ at: "2026-03-16T23:30:00Z", who: "cem", session: "s1" }]);
  await spend("shop", 1_000_000, "2026-03-17T10:00:00Z");
  await spend("shop", 400_000, "2026-03-09T10:00:00Z");
  await spend("blog", 2_000_000, "2026-03-18T10:00:00Z");
  await spend("nobody's", 8_000_000, "2026-03-18T10:00:00Z");
  await happen("shop", ["generation.completed", "generation.failed", "build.completed", "build.completed"]);
  await happen("game", ["build.failed"]);
});
afterAll(() => app.stop());

async function act(projectId: string, events: { at: string; who: string; session: string }[]) {
  const { key } = await app.createKey(projectId);
  const sent = events.map(({ at, who, session }, n) => ({
    ...{ eventId: `${projectId}-${n}`, type: "screen_view", sessionId: session, timestamp: at, anonymousId: who },
  }));
  expect((await app.fetchJson("/api/events", { key, body: { events: sent } })).status).toBe(200);
}

/** A quarter of a dollar for a million tokens. */
async function spend(projectId: string, inputTokens: number, timestamp: string) {
  const call = { userId: "u", projectId, model: "claude-3-haiku-20240307", inputTokens, outputTokens: 0, timestamp };
  expect((await app.fetchJson("/usage/api", { body: call })).status).toBe(201);
}

async function happen(projectId: string, events: string[]) {
  const body = events.map((event) => ({ event, projectId, timestamp: "2026-03-18T09:00:00Z" }));
  expect((await app.fetchJson("/events", { body })).status).toBe(201);
}

async function ask(query: string): Promise<Fleet> {
  const { status, body } = await app.fetchJson<Fleet>(`/metrics/projects?${query}`);
  expect([status, body]).toEqual([200, fleetSchema.parse(body)]);
  return body;
}

const idsOf = ({ items }: Fleet) => items.map(({ id }) => id);

describe("GET /metrics/projects", () => {
  it("shows every app with what it did and cost, the period before, and its last days", async () => {
    const fleet = await ask("period=7d");
    expect(fleet).toMatchObject({
      period: "7d",
      timezone: "UTC",
      from: "2026-03-12T00:00:00.000Z",
      to: "2026-03-18T10:30:00.000Z",
      beforeFrom: "2026-03-05T13:30:00.000Z",
      matching: 4,
      sparklineDays: expect.arrayContaining(["2026-03-12", "2026-03-18"]),
      nextCursor: null,
    });
    expect(idsOf(fleet)).toEqual(["shop", "blog", "empty", "game"]);
    expect(fleet.items[0]).toMatchObject({
      ...{ id: "shop", name: "Shop", ownerId: null, createdAt: "2026-03-18T10:20:30.000Z" },
      ...{ events: 3, sessions: 2, activeUsers: 2, retainedUsers: 1 },
      ...{ generations: 1, generationFailures: 1, builds: 2, buildFailures: 0, failures: 1, failureRate: 25 },
      ...{ requests: 1, tokens: 1_000_000, cost: 0.25, costPerActiveUser: 0.125, costPerRetainedUser: 0.25 },
      before: { events: 1, sessions: 1, activeUsers: 1, cost: 0.1 },
      flags: [],
      sparkline: { events: [0, 0, 0, 0, 0, 2, 1], cost: [0, 0, 0, 0, 0, 0.25, 0] },
    });
    expect(fleet.items[3]).toMatchObject({ id: "game", failureRate: 100, costPerActiveUser: null, requests: 0 });
  });

  it("adds up all apps, without what nobody registered", async () => {
    const { totals, leaders } = await ask("period=7d&search=nothing-like-it");
    expect(totals).toMatchObject({ projects: 4, events: 4, sessions: 3, activeUsers: 3, retainedUsers: 1, cost: 0.75 });
    expect(leaders.find(({ metric }) => metric === "cost")).toEqual({
      ...{ metric: "cost", id: "blog", name: "blog of Ada", value: 0.5 },
    });
    expect(leaders.map(({ metric }) => metric)).not.toContain("name");
  });

  it("knows days in the time zone", async () => {
    const fleet = await ask("period=2d&tz=Europe/Berlin&search=blog");
    expect(fleet.from).toBe("2026-03-16T23:00:00.000Z");
    expect(fleet.sparklineDays).toEqual(["12", "13", "14", "15", "16", "17", "18"].map((day) => `2026-03-${day}`));
    expect(fleet.items[0]).toMatchObject({ events: 1, sparkline: { events: [0, 0, 0, 0, 0, 1, 0] } });
  });

  it.each([
    ["sort=cost", ["blog", "shop", "empty", "game"]],
    ["sort=cost&order=asc", ["empty", "game", "shop", "blog"]],
    ["sort=name", ["blog", "empty", "game", "shop"]],
    ["sort=name&order=desc", ["shop", "game", "empty", "blog"]],
    ["sort=failureRate", ["game", "shop", "blog", "empty"]],
    ["sort=failureRate&order=asc", ["shop", "game", "blog", "empty"]],
    ["sort=costPerRetainedUser", ["shop", "blog", "empty", "game"]],
    ["search=OF%20ada", ["blog"]],
    ["search=%25", ["game"]],
    ["search=_", []],
    ["flag=cost", []],
  ])("with %s answers %j", async (query, ids) => {
    expect(idsOf(await ask(`period=7d&${query}`))).toEqual(ids);
  });

  it("is paged", async () => {
    const first = await ask("period=7d&sort=name&limit=3");
    expect([idsOf(first), first.matching]).toEqual([["blog", "empty", "game"], 4]);
    const second = await ask(`period=7d&sort=name&limit=3&cursor=${first.nextCursor}`);
    expect([idsOf(second), second.nextCursor]).toEqual([["shop"], null]);
  });

  it("leaves deleted apps out", async () => {
    await app.createProject({ id: "gone" });
    expect(idsOf(await ask("search=gone"))).toEqual(["gone"]);
    await app.fetchJson("/events", { body: { event: "project.deleted", projectId: "gone" } });
    expect(idsOf(await ask("search=gone"))).toEqual([]);
  });

  it("flags the app that costs far more than the others, and the one that fails more often", async () => {
    for (let n = 1; n <= 12; n += 1) {
      await app.createProject({ id: `app-${n}` });
      await spend(`app-${n}`, n === 12 ? 400_000_000 : 1_000_000 + n * 50_000, "2026-03-01T12:00:00Z");
      const outcomes = (failed: number) =>
        Array.from({ length: 20 }, (_, k) => (k < failed ? "generation.failed" : "generation.completed"));
      const body = outcomes(n === 3 ? 15 : 1).map((event) => ({
        event,
        projectId: `app-${n}`,
        timestamp: "2026-03-01T12:00:00Z",
      }));
      await app.fetchJson("/events", { body });
    }
    const window = "from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z";
    const { items } = await ask(`${window}&flag=cost`);
    expect(items.map(({ id, flags }) => [id, flags.map(({ metric, direction }) => [metric, direction])])).toEqual([
      ["app-12", [["cost", "high"]]],
    ]);
    expect(idsOf(await ask(`${window}&flag=failureRate`))).toEqual(["app-3"]);
  });

  it("needs a token that may read the platform", async () => {
    const { key } = await app.createKey("shop", ["read"]);
    expect((await app.fetchJson("/metrics/projects", { key })).status).toBe(401);
    expect((await app.fetchJson<Problem>("/metrics/projects", { token: null })).status).toBe(401);
  });
});
