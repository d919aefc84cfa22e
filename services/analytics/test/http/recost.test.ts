import type { AuditEntry, Dashboard, Page, Problem, RecostReply, UsageReceipt } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRecost } from "../../src/recost.js";
import { createRecostStore } from "../../src/stores/postgres/recost-store.js";
import type { RecostStore } from "../../src/stores/recost-store.js";
import { formatVerifyReport, verify } from "../../src/verify.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { silentLogger } from "../support/silent-logger.js";

const model = "claude-3-haiku-20240307";
let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ now: "2026-06-15T12:00:00Z", redis: true });
});
afterAll(() => app.stop());

async function record(count: number, more: object = {}, prefix = "r"): Promise<void> {
  for (let from = 0; from < count; from += 1_000) {
    const entries = Array.from({ length: Math.min(1_000, count - from) }, (_, n) => ({
      requestId: `${prefix}-${from + n}`,
      userId: `user-${n % 7}`,
      projectId: `project-${n % 3}`,
      model,
      inputTokens: 400_000 + n,
      outputTokens: n,
      cacheReadTokens: n % 5 === 0 ? 1_000 : 0,
      feature: ["generation/code", "chat", "build"][n % 3],
      tags: n % 2 === 0 ? ["nightly", `batch-${n % 4}`] : [],
      status: n % 11 === 0 ? "error" : "ok",
      timestamp: new Date(Date.UTC(2026, 5, 1 + (n % 14), n % 24)).toISOString(),
      ...more,
    }));
    expect((await app.fetchJson("/usage/api", { body: entries })).status).toBe(201);
  }
}

async function recost(body: object): Promise<RecostReply> {
  const reply = await app.fetchJson<RecostReply>("/costs/recost", { body });
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body;
}

async function expectClean(): Promise<void> {
  const report = await verify(app.domain.verifyStore);
  expect(report.clean, formatVerifyReport(report)).toBe(true);
}

async function totalCost(to = app): Promise<number> {
  return (await to.fetchJson<Dashboard>("/metrics/dashboard")).body.overview.totalCost;
}

describe("POST /costs/recost", () => {
  it("tells the difference by model and day first, writes it when told to, and then there is none", async () => {
    await record(2_500);
    const replica = await startTestApp({ db: app.db, clock: app.clock, redis: app.config.redisUrl ?? "" });
    const before = await totalCost(replica);
    expect(await recost({ dryRun: false })).toMatchObject({ records: 0, scanned: 2_500 });

    const body = { model, inputPerMillion: "0.5", outputPerMillion: "2.5", validFrom: "2026-06-10T00:00:00Z" };
    expect((await app.fetchJson("/prices", { body })).status).toBe(201);
    expect(await totalCost()).toBe(before);

    const dry = await recost({});
    expect(dry).toMatchObject({ dryRun: true, scanned: 2_500, newlyPriced: 0, nextCursor: null, truncated: false });
    expect(dry.byModelAndDay.map(({ date }) => date)).toEqual(
      ["10", "11", "12", "13", "14"].map((day) => `2026-06-${day}`),
    );
    expect(dry.records).toBe(dry.byModelAndDay.reduce((sum, { records }) => sum + records, 0));
    expect(await recost({ dryRun: true })).toEqual(dry);
    await expectClean();

    const applied = await recost({ dryRun: false });
    expect(applied).toEqual({ ...dry, dryRun: false });
    // At once, on both replicas: the cached dashboards are of before.
    for (const to of [app, replica]) expect(await totalCost(to)).toBeCloseTo(before + dry.difference, 9);
    await replica.stop();
    await expectClean();
    expect(await recost({ dryRun: false })).toMatchObject({ records: 0, difference: 0 });

    const { items } = (await app.fetchJson<Page<AuditEntry>>("/audit")).body;
    expect(items.filter(({ action }) => action === "usage.recost")).toMatchObject([
      { target: "all models", detail: { records: dry.records, newlyPriced: 0 } },
    ]);
    const receipt = (await app.fetchJson<UsageReceipt>("/usage/records/r-10")).body;
    expect(receipt.price).toMatchObject({ source: "operator", validFrom: "2026-06-10T00:00:00.000Z" });
  });

  it("keeps to its scope", async () => {
    const price = { model, inputPerMillion: 9, outputPerMillion: 9, validFrom: null, validTo: "2026-06-03T00:00:00Z" };
    expect((await app.fetchJson("/prices", { body: price })).status).toBe(201);
    const day = { from: "2026-06-02T00:00:00Z", to: "2026-06-02T06:00:00Z" };
    expect(await recost({ ...day, model: "another" })).toMatchObject({ scanned: 0, records: 0 });
    const reply = await recost({ ...day, model, dryRun: false });
    expect(reply.byModelAndDay).toMatchObject([{ model, date: "2026-06-02", records: reply.records }]);
    expect(reply.records).toBe(reply.scanned);
    expect((await recost({ dryRun: true })).byModelAndDay.map(({ date }) => date)).toEqual([
      "2026-06-01",
      "2026-06-02",
    ]);
    await expectClean();
    await recost({ dryRun: false });
  });

  it("goes on where its time was over, or where it was killed", async () => {
    const { clock, domain } = app;
    // The look for new prices would price the same calls at a time of its own.
    domain.book.stop();
    const actor = "test";
    await record(3_000, { model: "stepwise" }, "s");
    await app.pool.query(
      `insert into model_price (provider, model, input_per_million, output_per_million, source, created_at)
       values ('', 'stepwise', 1, 1, 'operator', now())`,
    );
    await app.pool.query("update price_revision set prices = prices + 1");
    const store = createRecostStore(app.pool);
    let steps = 0;
    // The process ends in the second step, before its commit.
    const dying: RecostStore = {
      ...store,
      step: (request) =>
        store
          .step({
            ...request,
            receiptOf: (call) => {
              if (steps === 1) throw new Error("killed");
              return request.receiptOf(call);
            },
          })
          .finally(() => {
            steps += 1;
          }),
    };
    const parts = { priceStore: domain.priceStore, prices: domain.book, clock: clock.now, logger: silentLogger };
    const onRecost = async () => undefined;
    const scope = { model: "stepwise", dryRun: false };
    await expect(createRecost({ ...parts, store: dying, onRecost }).recost(scope, actor)).rejects.toThrow("killed");
    await expectClean();
    const half = await recost({ ...scope, dryRun: true });
    expect([half.scanned, half.records]).toEqual([3_000, 2_000]);

    const hurried = createRecost({ ...parts, store, onRecost });
    const first = await hurried.recost(scope, actor, 0);
    expect(first.nextCursor).not.toBeNull();
    let records = first.records;
    for (let cursor = first.nextCursor; cursor !== null; ) {
      const next = await hurried.recost({ ...scope, cursor }, actor, 0);
      records += next.records;
      cursor = next.nextCursor;
    }
    expect(records).toBe(2_000);
    await expectClean();
    const { items } = (await app.fetchJson<Page<AuditEntry>>("/audit")).body;
    const written = items.filter(({ action, target }) => action === "usage.recost" && target === "stepwise");
    expect(written.reduce((sum, { detail }) => sum + Number(detail?.["records"]), 0)).toBe(3_000);
  });

  it("is safe beside others that recost, and that record, at the same time", async () => {
    const replica = await startTestApp({ db: app.db, clock: app.clock, redis: app.config.redisUrl ?? "" });
    await app.fetchJson("/prices", {
      body: { model: "busy", inputPerMillion: 1, outputPerMillion: 1, validFrom: "2026-06-14T00:00:00Z" },
    });
    await record(2_000, { model: "busy" }, "b");
    await app.fetchJson("/prices", {
      body: { model: "busy", provider: "maker", inputPerMillion: 3, outputPerMillion: 3, validFrom: null },
    });
    const writers = Array.from({ length: 6 }, (_, n) => record(500, { model: "busy", provider: "maker" }, `w${n}`));
    const recosts = [app, replica, app].map((to) =>
      to.fetchJson<RecostReply>("/costs/recost", { body: { model: "busy", dryRun: false } }),
    );
    expect((await Promise.all(recosts)).map(({ status }) => status)).toEqual([200, 200, 200]);
    await Promise.all(writers);
    await replica.stop();
    await expectClean();
  }, 60_000);

  it("invents nothing for a call that no price holds for, and takes no price away", async () => {
    await record(3, { model: "never" }, "n");
    const { body: price } = await app.fetchJson<{ id: number }>("/prices", {
      body: { model: "ended", inputPerMillion: 1, outputPerMillion: 1 },
    });
    await record(3, { model: "ended" }, "e");
    await app.pool.query("update model_price set valid_to = valid_from where price_id = $1", [price.id]);
    await app.pool.query("update price_revision set prices = prices + 1");
    for (const name of ["never", "ended"]) {
      expect(await recost({ model: name, dryRun: false })).toMatchObject({ scanned: 3, records: 0 });
    }
    expect((await app.fetchJson<UsageReceipt>("/usage/records/e-0")).body.cost.priced).toBe(true);
  });

  it.each<[object, string]>([
    [{ from: "yesterday" }, "/from"],
    [{ dryRun: "no" }, "/dryRun"],
    [{ apply: true }, "/apply"],
  ])("400: refuses %j", async (body, pointer) => {
    const reply = await app.fetchJson<Problem>("/costs/recost", { body });
    expect([reply.status, reply.body.errors?.[0]?.pointer]).toEqual([400, pointer]);
  });

  it("400: refuses a cursor that no recost gave out", async () => {
    for (const cursor of ["x", Buffer.from("[1,2]").toString("base64url")]) {
      const { status, body } = await app.fetchJson<Problem>("/costs/recost", { body: { cursor } });
      expect([status, body.code]).toEqual([400, "invalid_query"]);
    }
  });
});
