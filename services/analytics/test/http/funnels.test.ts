import { type FunnelResult, funnelResultSchema, type Problem, type Retention } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";
import { startProxiedApp } from "../support/proxied-app.js";

const [view, buy] = [{ type: "screen_view" }, { type: "custom", name: "buy" }];
let app: TestApp;

// The clock stands at 2026-03-18T10:20:30Z.
beforeAll(async () => {
  app = await startTestApp();
  await app.createProject({ id: "shop" });
  await app.createProject({ id: "other" });
});
afterAll(() => app.stop());

function ask(body: object, more: object = {}) {
  return app.fetchJson<FunnelResult & Problem>("/api/projects/shop/funnels", { body, ...more });
}

const step = (property: object) => ({ steps: [view, { ...buy, properties: [property] }] });

const faults: [what: string, body: object, pointer: string][] = [
  ["no steps", {}, "/steps"],
  ["one step", { steps: [view] }, "/steps"],
  ["nine steps", { steps: Array.from({ length: 9 }, () => view) }, "/steps"],
  ["a step without a type", { steps: [view, { name: "buy" }] }, "/steps/1/type"],
  ["an empty name", { steps: [view, { ...buy, name: "" }] }, "/steps/1/name"],
  [
    "six properties",
    { steps: [view, { ...buy, properties: Array.from({ length: 6 }, () => ({ key: "a", value: 1 })) }] },
    "/steps/1/properties",
  ],
  ["an unknown operator", step({ key: "a", operator: "matches", value: ".*" }), "/steps/1/properties/0/operator"],
  ["a property without a value", step({ key: "a" }), "/steps/1/properties/0/value"],
  ["a value for exists", step({ key: "a", operator: "exists", value: 1 }), "/steps/1/properties/0/value"],
  ["a text to be greater than", step({ key: "a", operator: "gt", value: "1" }), "/steps/1/properties/0/value"],
  ["a number to contain", step({ key: "a", operator: "contains", value: 1 }), "/steps/1/properties/0/value"],
  ["NUL in a value", step({ key: "a", value: "\u0000" }), "/steps/1/properties/0/value"],
  ["half a surrogate pair in a key", step({ key: "\ud800", value: 1 }), "/steps/1/properties/0/key"],
  ["no time for the steps", { steps: [view, buy], windowSeconds: 0 }, "/windowSeconds"],
  ["91 days for the steps", { steps: [view, buy], windowSeconds: 91 * 86_400 }, "/windowSeconds"],
  ["an unknown unit", { steps: [view, buy], unit: "events" }, "/unit"],
  ["an unknown breakdown", { steps: [view, buy], breakdown: "model" }, "/breakdown"],
  ["an unknown period", { steps: [view, buy], period: "fortnight" }, "/period"],
  ["an unknown time zone", { steps: [view, buy], tz: "Mars/Olympus" }, "/tz"],
  ["an order", { steps: [view, buy], order: "asc" }, "/order"],
];

describe("POST /api/projects/:projectId/funnels", () => {
  it.each(faults)("refuses %s and names it", async (_what, body, pointer) => {
    const reply = await ask(body);
    expect([reply.status, reply.body.code, reply.body.errors?.[0]?.pointer]).toEqual([400, "invalid_body", pointer]);
  });

  it("refuses what comes while too many are counted, and answers the others", async () => {
    const { app: slow, proxy, stop } = await startProxiedApp();
    try {
      const count = () => slow.fetchJson<Problem>("/api/projects/p/funnels", { body: { steps: [view, buy] } });
      expect((await count()).status).toBe(200);
      // Two are counted, and nothing of the others' goes through before they are done.
      proxy.delay(300);
      const asked = Array.from({ length: 30 }, async () => {
        const { status, body } = await count();
        return status === 503 ? body.code : status;
      });
      const first = await Promise.race(asked);
      proxy.delay(0);
      expect(first).toBe("overloaded");
      const replies = await Promise.all(asked);
      expect(replies.filter((reply) => reply === 200)).toHaveLength(2 + 20);
      expect(replies.filter((reply) => reply === "overloaded")).toHaveLength(8);
    } finally {
      await stop();
    }
  }, 30_000);

  it("refuses a period that is none, and a country that no zone tells", async () => {
    const [from, to] = ["2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z"];
    for (const more of [{ from, to }, { period: "7d", from }, { from: "2027-01-01T00:00:00Z" }, { country: "ZZ" }]) {
      const { status, body } = await ask({ steps: [view, buy], ...more });
      expect([status, body.code]).toEqual([400, "invalid_query"]);
    }
  });

  it("is for who may read the project, a key of its own too, and stores nothing", async () => {
    const [own, others, ingest] = await Promise.all([
      app.createKey("shop", ["read"]),
      app.createKey("other", ["read"]),
      app.createKey("shop", ["ingest"]),
    ]);
    const asked = { steps: [view, buy] };
    expect((await ask(asked, { key: own.key })).status).toBe(200);
    expect((await ask(asked, { key: others.key })).body.code).toBe("wrong_project");
    expect((await ask(asked, { key: ingest.key })).status).toBe(403);
  });

  it("follows an actor from step to step, and shows the largest values of a breakdown", async () => {
    const { key } = await app.createKey("shop");
    const events = Array.from({ length: 22 }, (_, n) => {
      const event = { sessionId: `s-${n}`, userId: `u-${n}`, device: { platform: "ios", appVersion: `1.${n}` } };
      return [
        { ...event, eventId: `view-${n}`, ...view, timestamp: "2026-03-18T09:00:00Z" },
        {
          ...event,
          eventId: `buy-${n}`,
          type: "custom",
          timestamp: "2026-03-18T09:00:30Z",
          properties: { eventName: "buy", total: n },
        },
      ];
    }).flat();
    const sent = await app.fetchJson("/api/events", { key, body: { events } });
    expect(sent.status).toBe(200);
    const large = { ...buy, properties: [{ key: "total", operator: "gte", value: 11 }] };
    const { body } = await ask({ steps: [view, large], breakdown: "version", period: "day" });
    expect(funnelResultSchema.parse(body)).toEqual(body);
    expect(body.steps).toMatchObject([
      { count: 22 },
      { count: 11, conversion: 50, stepConversion: 50, medianSeconds: 30 },
    ]);
    expect([body.breakdown?.items.length, body.breakdown?.otherValues]).toEqual([20, 2]);
  });
});

describe("GET /api/projects/:projectId/retention", () => {
  it("asks in the project's own time zone and by week unless told otherwise", async () => {
    await app.createProject({ id: "kathmandu", timezone: "Asia/Kathmandu" });
    const { key } = await app.createKey("kathmandu");
    // Sunday in UTC, Monday in Kathmandu.
    const events = [
      { eventId: "a", type: "tap", sessionId: "s", userId: "u", timestamp: "2026-03-08T18:15:00Z" },
      { eventId: "b", type: "tap", sessionId: "t", userId: "u", timestamp: "2026-03-15T18:14:59Z" },
    ];
    expect((await app.fetchJson("/api/events", { key, body: { events } })).status).toBe(200);
    const path = "/api/projects/kathmandu/retention?period=2w";
    const local = await app.fetchJson<Retention>(path);
    expect(local.body.cohorts.map(({ date, size, cells }) => [date, size, cells.map(({ actors }) => actors)])).toEqual([
      ["2026-03-16", 0, [0]],
      ["2026-03-09", 1, [1, 0]],
    ]);
    const utc = await app.fetchJson<Retention>(`${path.replace("2w", "3w")}&tz=UTC`);
    expect(utc.body.cohorts.map(({ date, cells }) => [date, cells.map(({ actors }) => actors)])).toEqual([
      ["2026-03-16", [0]],
      ["2026-03-09", [0, 0]],
      ["2026-03-02", [1, 1, 0]],
    ]);
  });
});
