import {
  type IngestionLedger,
  type IngestReply,
  ingestionLedgerSchema,
  type Problem,
} from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";

let app: TestApp;
let key: string;

// The clock stands at 2026-03-18T10:20:30Z.
beforeAll(async () => {
  app = await startTestApp();
});

afterAll(() => app.stop());

let lastEvent = 0;
function newEvent(more: object = {}) {
  lastEvent += 1;
  return { eventId: `event-${lastEvent}`, type: "tap", sessionId: "s", timestamp: "2026-03-18T10:00:00Z", ...more };
}

function send(body: unknown, path = "/api/events") {
  return app.fetchJson<IngestReply & Problem>(path, { body, key });
}

async function ledgerOf(projectId: string, query = "?period=day"): Promise<IngestionLedger> {
  const { status, body } = await app.fetchJson<IngestionLedger>(`/api/projects/${projectId}/ingestion${query}`);
  expect([status, ingestionLedgerSchema.safeParse(body).error]).toEqual([200, undefined]);
  return body;
}

/** The flush has written its rows and waits for the ledger when its connection breaks. */
async function sendIntoOutage(body: unknown) {
  const client = await app.pool.connect();
  try {
    await client.query("begin");
    await client.query("lock table ingestion_ledger in exclusive mode");
    const reply = send(body);
    const endWaiting = () =>
      app.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = 'mobigen-analytics' and wait_event_type = 'Lock'`,
      );
    await expect.poll(async () => (await endWaiting()).rowCount).toBe(1);
    return await reply;
  } finally {
    await client.query("rollback");
    client.release();
  }
}

async function newProject(id: string, eventsPerMinute = 1_000_000): Promise<void> {
  await app.createProject({ id, eventsPerMinute });
  key = (await app.createKey(id)).key;
}

describe("the ledger of a project", () => {
  it("is empty, and balances, before anything came", async () => {
    await newProject("quiet");
    expect(await ledgerOf("quiet", "")).toEqual({
      projectId: "quiet",
      period: "month",
      timezone: "UTC",
      from: "2026-03-01T00:00:00Z",
      to: "2026-03-18T10:30:00Z",
      totals: { received: 0, stored: 0, duplicates: 0, rejected: 0 },
      byReason: {},
      byDay: [],
      balanced: true,
    });
  });

  it("accounts for every event of every batch that was judged", async () => {
    await newProject("busy");
    const [first, second] = [newEvent(), newEvent()];
    await send({ events: [first, second, first] });
    await send({ events: [second, null, newEvent({ timestamp: "2019-01-01T00:00:00Z" }), newEvent({ type: 5 })] });
    // Of this one nothing is left to store.
    await send({ events: ["x", newEvent({ colour: "red" })] });
    expect(await ledgerOf("busy")).toMatchObject({
      totals: { received: 9, stored: 2, duplicates: 2, rejected: 5 },
      byReason: { not_an_object: 2, too_old: 1, invalid_type: 1, unknown_field: 1 },
      byDay: [{ date: "2026-03-18", received: 9, stored: 2, duplicates: 2, rejected: 5 }],
      balanced: true,
    });
  });

  it("accounts for single events, the refused ones too", async () => {
    await newProject("single");
    const event = newEvent();
    const statuses = [];
    for (const body of [event, event, newEvent({ type: "" })]) {
      statuses.push((await send(body, "/api/events/single")).status);
    }
    expect(statuses).toEqual([200, 200, 400]);
    expect(await ledgerOf("single")).toMatchObject({
      totals: { received: 3, stored: 1, duplicates: 1, rejected: 1 },
      byReason: { invalid_type: 1 },
      balanced: true,
    });
  });

  it("has nothing of requests that were refused whole", async () => {
    await newProject("refused", 2);
    const replies = [
      await send({ events: [newEvent(), newEvent(), newEvent()] }),
      await send({ events: [] }),
      await send({ events: [newEvent()], colour: "red" }),
      await send({ events: [newEvent()], projectId: "busy" }),
      await send([newEvent()], "/api/events/single"),
    ];
    expect(replies.map(({ status }) => status)).toEqual([429, 400, 400, 403, 400]);
    expect((await ledgerOf("refused")).totals.received).toBe(0);
  });

  it("has nothing of a request that was answered with 503, and all of it once it is sent again", async () => {
    await newProject("outage");
    const events = [newEvent(), newEvent(), "x"];
    const failed = await sendIntoOutage({ events });
    expect([failed.status, failed.body.code]).toEqual([503, "store_unavailable"]);
    expect((await ledgerOf("outage")).totals.received).toBe(0);
    await send({ events });
    expect((await ledgerOf("outage")).totals).toEqual({ received: 3, stored: 2, duplicates: 0, rejected: 1 });
  });

  it("counts by the server's time, in days of the time zone that is asked for, newest first unless asked otherwise", async () => {
    await newProject("nightly");
    const start = app.clock.now();
    // 23:50 and 00:10 in Kathmandu (+5:45).
    for (const now of ["2026-03-17T18:05:00Z", "2026-03-17T18:25:00Z"]) {
      app.clock.set(now);
      await send({ events: [newEvent({ timestamp: "2026-03-01T12:00:00Z" })] });
    }
    app.clock.set(start);
    const daysOf = async (query: string) =>
      (await ledgerOf("nightly", query)).byDay.map(({ date, stored }) => [date, stored]);
    expect(await daysOf("?period=7d&tz=Asia/Kathmandu")).toEqual([
      ["2026-03-18", 1],
      ["2026-03-17", 1],
    ]);
    expect(await daysOf("?period=7d&tz=Asia/Kathmandu&order=asc")).toEqual([
      ["2026-03-17", 1],
      ["2026-03-18", 1],
    ]);
    expect(await daysOf("?period=7d")).toEqual([["2026-03-17", 2]]);
    // A window that cuts a quarter of an hour has the whole of it, and says so.
    const cut = await ledgerOf("nightly", "?from=2026-03-17T18:20:00Z&to=2026-03-17T18:26:00Z");
    expect(cut).toMatchObject({ period: "custom", from: "2026-03-17T18:15:00Z", to: "2026-03-17T18:30:00Z" });
    expect(cut.totals.stored).toBe(1);
  });

  it("says when it does not balance", async () => {
    await newProject("broken");
    await send({ events: [newEvent(), "x"] });
    const tamper = (set: string) =>
      app.pool.query(
        `update ingestion_ledger set ${set} where project_key = (select project_key from project where id = 'broken')`,
      );
    await tamper("received = received + 1");
    expect((await ledgerOf("broken")).balanced).toBe(false);
    await tamper("rejected = rejected + 1");
    expect((await ledgerOf("broken")).balanced).toBe(false);
    await tamper("received = received - 1, rejected = rejected - 1");
    expect((await ledgerOf("broken")).balanced).toBe(true);
  });
});

describe("who may read it", () => {
  const path = "/api/projects/owned/ingestion";
  const read = (options: object) => app.fetchJson<Problem>(path, options);

  beforeAll(async () => {
    await app.createProject({ id: "owned" });
    await app.createProject({ id: "foreign" });
  });

  it("the admin, a token to read the platform, and a key of the project to read", async () => {
    const { token } = await app.domain.tokens.create({ name: "reader", scopes: ["platform:read"] }, "test");
    const reader = await app.createKey("owned", ["read"]);
    for (const options of [{}, { token }, { key: reader.key }]) expect((await read(options)).status).toBe(200);
  });

  it("nobody else", async () => {
    const { token } = await app.domain.tokens.create({ name: "writer", scopes: ["platform:write"] }, "test");
    const ingestKey = await app.createKey("owned", ["ingest"]);
    const foreignKey = await app.createKey("foreign", ["read"]);
    const refusals = [
      [{ token: null }, 401, "unauthenticated"],
      [{ token: "mgt_wrong" }, 401, "unauthenticated"],
      [{ key: "mgk_wrong" }, 401, "unauthenticated"],
      [{ token }, 403, "forbidden"],
      [{ key: ingestKey.key }, 403, "forbidden"],
      [{ key: foreignKey.key }, 403, "wrong_project"],
    ] as const;
    for (const [options, status, code] of refusals) {
      const reply = await read(options);
      expect([reply.status, reply.body.code]).toEqual([status, code]);
    }
  });

  it("learns that there is no such project only with a token", async () => {
    const foreignKey = await app.createKey("foreign", ["read"]);
    const nowhere = "/api/projects/nowhere/ingestion";
    expect((await app.fetchJson(nowhere)).status).toBe(404);
    expect((await app.fetchJson(nowhere, { key: foreignKey.key })).status).toBe(403);
    expect((await app.fetchJson<Problem>("/api/projects/%00/ingestion")).body.code).toBe("invalid_path");
    expect((await app.fetchJson<Problem>(`${path}?period=fortnight`)).body.code).toBe("invalid_query");
  });
});
