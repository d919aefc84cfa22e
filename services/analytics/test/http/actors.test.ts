import {
  type ActorExport,
  type Actors,
  type ActorTimeline,
  actorExportSchema,
  type Erasure,
  erasureSchema,
  type Problem,
  type Sessions,
  type SessionTimeline,
} from "@mobigen/analytics-contract";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hashOf } from "../../src/insights/erasure.js";
import { createVerifyStore } from "../../src/stores/postgres/verify-store.js";
import { startTestApp, type TestApp } from "../support/app.js";

let app: TestApp;
let ingestKey: string;
let readKey: string;
let otherKey: string;

const at = "/api/projects/shop";
const anna = "anna / Ä%?#";
const annaPath = `${at}/actors/${encodeURIComponent(anna)}`;

beforeAll(async () => {
  app = await startTestApp();
  await app.createProject({ id: "shop", timezone: "Europe/Berlin" });
  await app.createProject({ id: "other" });
  ingestKey = (await app.createKey("shop")).key;
  readKey = (await app.createKey("shop", ["read"])).key;
  otherKey = (await app.createKey("other", ["read"])).key;
});
afterAll(() => app.stop());

let sent = 0;
beforeEach(async () => {
  sent += 1;
  const event = (n: number, more: object) => ({
    ...{ eventId: `e-${sent}-${n}`, type: "custom", timestamp: `2026-03-18T0${n}:30:00Z`, sessionId: `s-${n % 2}` },
    ...{ properties: { eventName: "buy", n }, device: { platform: "ios", timezone: "Europe/Berlin" }, ...more },
  });
  const events = [event(1, { userId: anna }), event(2, { userId: anna }), event(3, { anonymousId: "phone" })];
  expect(await app.fetchJson("/api/events", { key: ingestKey, body: { events } })).toMatchObject({
    body: { accepted: 3 },
  });
});

async function countDifferences(): Promise<number> {
  const checks = await createVerifyStore(app.pool).recount(5);
  return checks.reduce((sum, { differences }) => sum + differences, 0);
}

describe("reading", () => {
  it("goes from the list to one session and to one actor, with a key of the project", async () => {
    const options = { key: readKey };
    const sessions = await app.fetchJson<Sessions>(`${at}/sessions?period=7d&minEvents=1`, options);
    expect(sessions.body.items.map(({ sessionId }) => sessionId)).toEqual(["s-0", "s-1"]);
    const session = await app.fetchJson<SessionTimeline>(`${at}/sessions/s-1`, options);
    expect(session.body.items[0]).toMatchObject({ name: "buy", actor: { id: anna, kind: "user" }, country: "DE" });
    expect(session.body.session.actor).toEqual({ id: "phone", kind: "anonymous" });
    const actors = await app.fetchJson<Actors>(`${at}/actors?search=${encodeURIComponent("anna /")}`, options);
    expect(actors.body.items).toMatchObject([{ id: anna, kind: "user", lastSeenAt: "2026-03-18T02:30:00Z" }]);
    const actor = await app.fetchJson<ActorTimeline>(`${annaPath}?limit=1`, options);
    expect(actor.body.actor).toMatchObject({
      id: anna,
      activeDays: 1,
      days: ["2026-03-18"],
      device: { platform: "ios" },
    });
    expect(actor.body.nextCursor).not.toBeNull();
  });

  it.each([`${at}/sessions`, `${at}/sessions/s-1`, `${at}/actors`, annaPath, `${at}/erasures`])(
    "is refused without a credential, and with another project's key: %s",
    async (path) => {
      expect(await app.fetchJson<Problem>(path, { token: null })).toMatchObject({ status: 401 });
      expect(await app.fetchJson<Problem>(path, { key: otherKey })).toMatchObject({ body: { code: "wrong_project" } });
    },
  );
});

describe("exporting and erasing", () => {
  it.each([
    ["GET", `${annaPath}/export`],
    ["DELETE", annaPath],
  ])("needs an operator's token: %s", async (method, path) => {
    const reader = (await app.domain.tokens.create({ name: "reader", scopes: ["platform:read"] }, "test")).token;
    expect(await app.fetchJson<Problem>(path, { method, key: readKey })).toMatchObject({ status: 401 });
    expect(await app.fetchJson<Problem>(path, { method, token: reader })).toMatchObject({ status: 403 });
    expect(await app.fetchJson(annaPath)).toMatchObject({ status: 200 });
  });

  it("exports all that is known, as lines and as one document that say the same", async () => {
    const { body, headers } = await app.fetchJson<ActorExport>(`${annaPath}/export?format=json`);
    expect(actorExportSchema.parse(body)).toEqual(body);
    expect(headers.get("content-disposition")).toBe('attachment; filename="actor.json"');
    expect(body.actor).toMatchObject({ id: anna, days: ["2026-03-18"] });
    expect(body.events.map(({ userId, properties }) => [userId, properties?.["n"]])).toContainEqual([anna, 1]);
    const response = await fetch(`${app.url}${annaPath}/export`, {
      headers: { authorization: `Bearer ${app.adminToken}` },
    });
    expect(response.headers.get("content-type")).toBe("application/x-ndjson; charset=utf-8");
    const lines = (await response.text()).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { record: "actor", ...body.actor },
      ...body.sessions.map((session) => ({ record: "session", ...session })),
      ...body.events.map((event) => ({ record: "event", ...event })),
    ]);
    expect(lines.length).toBe(1 + 1 + body.events.length);
  });

  it("erases an actor with a receipt that does not tell who it was, and the numbers add up", async () => {
    const before = await app.fetchJson<{ totals: unknown }>(`${at}/ingestion?period=day`);
    const { status, body } = await app.fetchJson<Erasure>(annaPath, { method: "DELETE" });
    expect(status).toBe(200);
    expect(erasureSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({ actorHash: hashOf(anna), events: sent * 2, sessions: 1, sharedSessions: 1 });
    expect(await app.fetchJson<Problem>(annaPath)).toMatchObject({ status: 404 });
    expect(await app.fetchJson<Problem>(annaPath, { method: "DELETE" })).toMatchObject({ status: 404 });
    expect(await app.fetchJson<Problem>(`${annaPath}/export`)).toMatchObject({ status: 404 });
    const receipts = await app.fetchJson<{ items: Erasure[] }>(`${at}/erasures`, { key: readKey });
    expect(receipts.body.items[0]).toEqual(body);
    const session = await app.fetchJson<SessionTimeline>(`${at}/sessions/s-1`);
    expect(session.body.session).toMatchObject({ events: sent, actor: { id: "phone" } });
    const { body: audit } = await app.fetchJson<{ items: { action: string; target: string }[] }>("/audit");
    expect(audit.items[0]).toMatchObject({ action: "actor.erase", target: `shop/${hashOf(anna)}` });
    expect(JSON.stringify([audit, receipts.body])).not.toContain("anna");
    expect((await app.fetchJson<{ totals: unknown }>(`${at}/ingestion?period=day`)).body.totals).toEqual(
      before.body.totals,
    );
    expect(await countDifferences()).toBe(0);
  });

  it("takes what the app sends afterwards as a new actor's", async () => {
    await app.fetchJson<Erasure>(annaPath, { method: "DELETE" });
    const event = { eventId: "again", type: "tap", sessionId: "s-9", userId: anna, timestamp: "2026-03-18T09:00:00Z" };
    await app.fetchJson("/api/events", { key: ingestKey, body: { events: [event] } });
    const { body } = await app.fetchJson<ActorTimeline>(annaPath);
    expect([body.actor.firstSeenAt, body.items.length]).toEqual(["2026-03-18T09:00:00Z", 1]);
    expect(await countDifferences()).toBe(0);
  });
});
