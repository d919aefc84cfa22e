import type { Budget, BudgetDetail, BudgetVerdict, ChangedBudget, Page, Problem } from "@mobigen/analytics-contract";
import { budgetDetailSchema, budgetVerdictSchema, changedBudgetSchema } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verify } from "../../src/verify.js";
import { startTestApp, type TestApp } from "../support/app.js";

const sonnet = "claude-3-sonnet-20240229";

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ now: "2026-06-15T12:07:00Z" });
  const perMillion = { inputPerMillion: 1, outputPerMillion: 1 };
  await app.domain.prices.set({ model: "dollar", ...perMillion, validFrom: null }, "test");
});
afterAll(async () => {
  await expectVerified();
  await app.stop();
});

async function expectVerified(): Promise<void> {
  const report = await verify(app.domain.verifyStore);
  expect(report.checks.filter(({ differences }) => differences > 0)).toEqual([]);
}

async function make(body: Record<string, unknown>): Promise<ChangedBudget> {
  const reply = await app.fetchJson<ChangedBudget>("/budgets", { body: { period: "month", ...body } });
  expect(reply.status).toBe(201);
  return reply.body;
}

async function check(body: Record<string, unknown>): Promise<BudgetVerdict> {
  const reply = await app.fetchJson<BudgetVerdict>("/budgets/check", { body });
  expect(reply.status).toBe(200);
  return budgetVerdictSchema.parse(reply.body);
}

async function find(id: string): Promise<BudgetDetail> {
  return budgetDetailSchema.parse((await app.fetchJson(`/budgets/${id}`)).body);
}

/** A call of so many dollars. */
async function spend(dollars: number, body: Record<string, unknown>): Promise<void> {
  const reply = await app.fetchJson("/usage/api", {
    body: { userId: "somebody", model: "dollar", inputTokens: dollars * 1_000_000, outputTokens: 0, ...body },
  });
  expect(reply.status).toBe(201);
}

describe("POST /budgets", () => {
  it("201: makes a budget with defaults, and shows what its running period has come to", async () => {
    await spend(3, { userId: "early", timestamp: "2026-06-02T00:00:00Z" });
    await spend(5, { userId: "early", timestamp: "2026-05-31T23:59:59Z" });
    const { status, headers, body } = await app.fetchJson<ChangedBudget>("/budgets", {
      body: { scope: "user", scopeId: "early", period: "month", limit: "12.50" },
    });
    expect([status, headers.get("location")]).toEqual([201, `/budgets/${body.id}`]);
    expect(changedBudgetSchema.parse(body)).toMatchObject({
      scope: "user",
      scopeId: "early",
      timezone: "UTC",
      limit: 12.5,
      currency: "USD",
      mode: "soft",
      thresholds: [50, 80, 100],
      channels: [{ type: "log" }],
      spent: 3,
      reserved: 0,
      remaining: 9.5,
      periodStart: "2026-06-01T00:00:00.000Z",
      resetsAt: "2026-07-01T00:00:00.000Z",
      webhookSecrets: [],
    });
  });

  it("201: begins a period in the budget's time zone", async () => {
    const body = await make({ scope: "platform", period: "day", timezone: "Asia/Kathmandu", limit: 1_000_000 });
    expect([body.periodStart, body.resetsAt]).toEqual(["2026-06-14T18:15:00.000Z", "2026-06-15T18:15:00.000Z"]);
  });

  it("201: shows a webhook's secret this once", async () => {
    const url = "https://hooks.example.com/budget?team=1";
    const made = await make({ scope: "feature", scopeId: "hooked", limit: 1, channels: [{ type: "webhook", url }] });
    expect(made.webhookSecrets).toEqual([{ url, secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/) }]);
    const secret = made.webhookSecrets[0]?.secret ?? "";
    expect(JSON.stringify(await find(made.id))).not.toContain(secret);
    expect(JSON.stringify((await app.fetchJson("/audit")).body)).not.toContain(secret);
    const kept = await app.fetchJson<ChangedBudget>(`/budgets/${made.id}`, {
      method: "PATCH",
      body: { channels: [{ type: "webhook", url }, { type: "log" }] },
    });
    expect([kept.status, kept.body.webhookSecrets]).toEqual([200, []]);
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    ["a negative limit", { limit: -5 }, "/limit", "must be above 0"],
    ["a limit of zero", { limit: 0 }, "/limit", "must be above 0"],
    ["a limit of zero as text", { limit: "0.00" }, "/limit", "must be above 0"],
    ["a limit without end", { limit: 1e300 }, "/limit", "at most 1000000000"],
    ["a limit finer than a millionth", { limit: 1e-7 }, "/limit", "at most 6 decimals"],
    ["a limit in words", { limit: "ten" }, "/limit", "must be above 0"],
    ["no limit", { limit: undefined }, "/limit", "is required"],
    ["another currency", { currency: "EUR" }, "/currency", "must be USD"],
    ["an unknown period", { period: "fortnight" }, "/period", "must be one of day, week"],
    ["an unknown scope", { scope: "team" }, "/scope", "must be one of platform, user"],
    ["a user without an id", { scopeId: undefined }, "/scopeId", "is required: which user"],
    ["a platform with an id", { scope: "platform" }, "/scopeId", "must be left out"],
    ["an unknown time zone", { timezone: "Mars/Olympus" }, "/timezone", "IANA"],
    ["an unknown mode", { mode: "firm" }, "/mode", "must be one of soft, hard"],
    ["thresholds out of order", { thresholds: [80, 50] }, "/thresholds", "must ascend"],
    ["a threshold twice", { thresholds: [50, 50] }, "/thresholds", "must ascend"],
    ["a threshold of zero", { thresholds: [0] }, "/thresholds/0", ">=1"],
    ["half a percent", { thresholds: [0.5] }, "/thresholds/0", "integer"],
    ["eleven thresholds", { thresholds: Array.from({ length: 11 }, (_, n) => n + 1) }, "/thresholds", "<=10"],
    ["an address that is none", { channels: [{ type: "email", to: "finance" }] }, "/channels/0/to", "email address"],
    [
      "two addresses in one",
      { channels: [{ type: "email", to: "a@b.cc, d@e.ff" }] },
      "/channels/0/to",
      "email address",
    ],
    [
      "a line break in an address",
      { channels: [{ type: "email", to: "a@b.cc\r\nBcc: d@e.ff" }] },
      "/channels/0/to",
      "",
    ],
    [
      "a webhook without http",
      { channels: [{ type: "webhook", url: "ftp://a.bc" }] },
      "/channels/0/url",
      "http or https",
    ],
    [
      "a webhook with a password",
      { channels: [{ type: "webhook", url: "https://a:b@c.de" }] },
      "/channels/0/url",
      "password",
    ],
    [
      "a private address",
      { channels: [{ type: "webhook", url: "http://10.0.0.8/" }] },
      "/channels/0/url",
      "no public address",
    ],
    [
      "metadata of a cloud",
      { channels: [{ type: "webhook", url: "http://169.254.169.254/" }] },
      "/channels/0/url",
      "no public address",
    ],
    [
      "a private address as one number",
      { channels: [{ type: "webhook", url: "http://167772168/" }] },
      "/channels/0/url",
      "no public address",
    ],
    [
      "IPv4 in IPv6 clothes",
      { channels: [{ type: "webhook", url: "http://[::ffff:10.0.0.8]/" }] },
      "/channels/0/url",
      "no public address",
    ],
    ["a pager", { channels: [{ type: "pager" }] }, "/channels/0/type", ""],
    ["an address twice", { channels: [{ type: "log" }, { type: "log" }] }, "/channels", "each address once"],
    ["an unknown field", { rollover: true }, "/rollover", "is not known"],
  ])("400: refuses %s by its pointer", async (_, more, pointer, reason) => {
    const budget = { scope: "user", scopeId: "bad", period: "month", limit: 10 };
    const { status, body } = await app.fetchJson<Problem>("/budgets", { body: { ...budget, ...more } });
    expect([status, body.code]).toEqual([400, "invalid_body"]);
    expect(body.errors?.[0]?.pointer).toBe(pointer);
    expect(body.errors?.[0]?.reason).toContain(reason);
  });

  it("403: takes an admin's token only; reading and asking take their own", async () => {
    const { body } = await app.fetchJson<{ token: string }>("/tokens", {
      body: { name: "w", scopes: ["platform:write"] },
    });
    const budget = { scope: "platform", period: "month", limit: 10 };
    const asWriter = { token: body.token };
    expect((await app.fetchJson("/budgets", { ...asWriter, body: budget })).status).toBe(403);
    expect((await app.fetchJson("/budgets", asWriter)).status).toBe(403);
    expect((await app.fetchJson("/budgets/check", { ...asWriter, body: {} })).status).toBe(200);
  });
});

describe("GET, PATCH and DELETE /budgets", () => {
  it("lists them newest first, by pages", async () => {
    app.clock.advance({ seconds: 1 });
    const made = [];
    for (const scopeId of ["p1", "p2", "p3"]) made.push((await make({ scope: "project", scopeId, limit: 1 })).id);
    const first = await app.fetchJson<Page<Budget>>("/budgets?limit=2");
    const second = await app.fetchJson<Page<Budget>>(`/budgets?limit=2&cursor=${first.body.nextCursor}`);
    const listed = [...first.body.items, ...second.body.items].map(({ id }) => id);
    expect(listed.slice(0, 3).sort()).toEqual(made.sort());
  });

  it("404: knows no other budget, and says so of a removed one", async () => {
    const { id } = await make({ scope: "feature", scopeId: "gone", limit: 1 });
    expect((await app.fetchJson(`/budgets/${id}`, { method: "DELETE" })).status).toBe(204);
    for (const path of [`/budgets/${id}`, "/budgets/nobody"]) {
      expect((await app.fetchJson<Problem>(path)).body.code).toBe("not_found");
      expect((await app.fetchJson(path, { method: "DELETE" })).status).toBe(404);
      expect((await app.fetchJson(path, { method: "PATCH", body: { limit: 2 } })).status).toBe(404);
    }
  });

  it("400: refuses a change that changes nothing, or whose calls count", async () => {
    const { id } = await make({ scope: "feature", scopeId: "kept", limit: 1 });
    for (const body of [{}, { scope: "user" }, { period: "day" }, { limit: 0 }]) {
      expect((await app.fetchJson(`/budgets/${id}`, { method: "PATCH", body })).status).toBe(400);
    }
  });

  it("counts what was spent when a soft budget is made hard, and lets go when it is made soft", async () => {
    const { id } = await make({ scope: "feature", scopeId: "switch", limit: 10 });
    await spend(4, { feature: "switch" });
    const change = (mode: string) =>
      app.fetchJson<ChangedBudget>(`/budgets/${id}`, { method: "PATCH", body: { mode } });
    expect((await change("hard")).body).toMatchObject({ mode: "hard", spent: 4 });
    await spend(1, { feature: "switch" });
    await check({ feature: "switch", estimatedCost: 2, reserve: true, requestId: "switch-1" });
    expect(await find(id)).toMatchObject({ spent: 5, reserved: 2, remaining: 3 });
    expect((await change("soft")).body).toMatchObject({ mode: "soft", spent: 5, reserved: 0 });
    await spend(1, { feature: "switch" });
    expect((await change("hard")).body).toMatchObject({ spent: 6, reserved: 0 });
    await expectVerified();
  });

  it("leaves an audit row for every change", async () => {
    const { id } = await make({ scope: "feature", scopeId: "audited", limit: "7.10" });
    await app.fetchJson(`/budgets/${id}`, { method: "PATCH", body: { limit: 8 } });
    await app.fetchJson(`/budgets/${id}`, { method: "DELETE" });
    const { items } = (await app.fetchJson<Page<{ target: string; action: string; detail: unknown }>>("/audit")).body;
    const own = items.filter(({ target }) => target === id);
    expect(own.map(({ action }) => action)).toEqual(["budget.delete", "budget.update", "budget.create"]);
    expect(own.at(-1)?.detail).toMatchObject({ scope: "feature", limit: "7.1" });
  });
});

describe("POST /budgets/check", () => {
  it("allows what fits in every hard budget and denies what does not, by the budget that decided", async () => {
    const wide = await make({ scope: "project", scopeId: "shop", limit: 100, mode: "hard" });
    const narrow = await make({ scope: "user", scopeId: "ann", limit: 2, mode: "hard", period: "day" });
    const call = { userId: "ann", projectId: "shop" };
    await spend(1.5, call);
    expect(await check({ ...call, estimatedCost: 0.5 })).toMatchObject({
      decision: "allow",
      advisory: true,
      deniedBy: [],
    });
    const verdict = await check({ ...call, estimatedCost: "0.500001" });
    expect(verdict).toMatchObject({
      decision: "deny",
      estimatedCost: 0.500001,
      deniedBy: [narrow.id],
      reservation: null,
    });
    const ours = verdict.budgets.filter(({ budgetId }) => [wide.id, narrow.id].includes(budgetId));
    expect(ours).toMatchObject([
      { budgetId: wide.id, spent: 1.5, remaining: 98.5, exceeded: false },
      {
        budgetId: narrow.id,
        spent: 1.5,
        reserved: 0,
        limit: 2,
        remaining: 0.5,
        resetsAt: "2026-06-16T00:00:00.000Z",
        exceeded: true,
      },
    ]);
  });

  it("never denies for a soft budget, and tells that it is exceeded", async () => {
    const soft = await make({ scope: "user", scopeId: "soft", limit: 1 });
    await spend(3, { userId: "soft" });
    const { decision, budgets } = await check({ userId: "soft", estimatedCost: 1, reserve: true });
    expect(decision).toBe("allow");
    expect(budgets.find(({ budgetId }) => budgetId === soft.id)).toMatchObject({
      spent: 3,
      remaining: 0,
      exceeded: true,
    });
  });

  it("estimates by a model's price, which it must have", async () => {
    const call = { userId: "est", model: sonnet, inputTokens: 1000, outputTokens: 2000 };
    expect((await check(call)).estimatedCost).toBe(0.033);
    const { status, body } = await app.fetchJson<Problem>("/budgets/check", { body: { ...call, model: "gpt-9" } });
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, "/model"]);
    expect(body.detail).toContain("has no price");
  });

  it("denies even without an estimate once nothing is left", async () => {
    await make({ scope: "user", scopeId: "empty", limit: 1, mode: "hard" });
    expect((await check({ userId: "empty" })).decision).toBe("allow");
    await spend(1, { userId: "empty" });
    expect((await check({ userId: "empty" })).decision).toBe("deny");
  });

  it("holds a reservation until its record settles it, whatever that costs", async () => {
    const { id } = await make({ scope: "user", scopeId: "bob", limit: 10, mode: "hard" });
    const asked = await check({ userId: "bob", estimatedCost: 6, reserve: true, requestId: "bob-1" });
    expect(asked).toMatchObject({
      decision: "allow",
      advisory: false,
      reservation: { reservationId: "bob-1", expiresAt: "2026-06-15T12:12:01.000Z" },
    });
    expect(await find(id)).toMatchObject({ spent: 0, reserved: 6, remaining: 4 });
    expect((await check({ userId: "bob", estimatedCost: 5, reserve: true })).decision).toBe("deny");
    await spend(1.5, { userId: "bob", requestId: "bob-1" });
    expect(await find(id)).toMatchObject({ spent: 1.5, reserved: 0, remaining: 8.5 });
  });

  it("settles the reservation of a call without a price, too", async () => {
    const { id } = await make({ scope: "user", scopeId: "una", limit: 10, mode: "hard" });
    await check({ userId: "una", estimatedCost: 6, reserve: true, requestId: "una-1" });
    await app.fetchJson("/usage/api", {
      body: { userId: "una", model: "gpt-9", inputTokens: 1, outputTokens: 1, requestId: "una-1" },
    });
    expect(await find(id)).toMatchObject({ spent: 0, reserved: 0 });
  });

  it("answers a retry with the same reservation, and another amount under its id with 409", async () => {
    const { id } = await make({ scope: "user", scopeId: "cat", limit: 10, mode: "hard" });
    const body = { userId: "cat", estimatedCost: 6, reserve: true, requestId: "cat-1" };
    const first = await check(body);
    app.clock.advance({ seconds: 10 });
    expect((await check(body)).reservation).toEqual(first.reservation);
    expect(await find(id)).toMatchObject({ reserved: 6 });
    const other = await app.fetchJson<Problem>("/budgets/check", { body: { ...body, estimatedCost: 5 } });
    expect([other.status, other.body.code]).toEqual([409, "request_conflict"]);
    await spend(1, { userId: "cat", requestId: "cat-1" });
    const late = await app.fetchJson<Problem>("/budgets/check", { body });
    expect([late.status, late.body.code]).toEqual([409, "request_conflict"]);
  });

  it("lets go of a reservation that is released, once", async () => {
    const { id } = await make({ scope: "user", scopeId: "dan", limit: 10, mode: "hard" });
    const { reservation } = await check({ userId: "dan", estimatedCost: 6, reserve: true });
    const path = `/budgets/reservations/${reservation?.reservationId}`;
    expect((await app.fetchJson(path, { method: "DELETE" })).status).toBe(204);
    expect(await find(id)).toMatchObject({ reserved: 0 });
    expect((await app.fetchJson<Problem>(path, { method: "DELETE" })).body.code).toBe("not_found");
  });

  it("frees what expired by itself; a record that comes later still counts", async () => {
    const { id } = await make({ scope: "user", scopeId: "eve", limit: 10, mode: "hard" });
    await check({ userId: "eve", estimatedCost: 9, reserve: true, requestId: "eve-1", ttlSeconds: 60 });
    app.clock.advance({ seconds: 61 });
    expect(await find(id)).toMatchObject({ reserved: 0, remaining: 10 });
    expect((await check({ userId: "eve", estimatedCost: 9, reserve: true, requestId: "eve-2" })).decision).toBe(
      "allow",
    );
    await spend(9, { userId: "eve", requestId: "eve-1" });
    expect(await find(id)).toMatchObject({ spent: 9, reserved: 9, remaining: 0 });
    app.clock.advance({ minutes: 6 });
    expect(await app.domain.budgetAlerts.dropExpired()).toBeGreaterThan(0);
    expect((await app.pool.query("select from budget_hold where request_id = 'eve-2'")).rowCount).toBe(0);
  });

  it("has nothing to hold where no hard budget counts the call, or it costs nothing", async () => {
    await app.domain.prices.set({ model: "free-model", inputPerMillion: 0, outputPerMillion: 0, free: true }, "test");
    expect(await check({ userId: "zoe", estimatedCost: 9, reserve: true })).toMatchObject({
      decision: "allow",
      reservation: null,
    });
    const free = { userId: "bob", model: "free-model", inputTokens: 5, reserve: true };
    expect(await check(free)).toMatchObject({ decision: "allow", estimatedCost: 0, advisory: true, reservation: null });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["a negative estimate", { estimatedCost: -1 }, "/estimatedCost"],
    ["an estimate of zero", { estimatedCost: 0 }, "/estimatedCost"],
    ["an estimate in words", { estimatedCost: "some" }, "/estimatedCost"],
    ["two estimates", { estimatedCost: 1, model: sonnet, inputTokens: 1 }, "/estimatedCost"],
    ["tokens without a model", { inputTokens: 1 }, "/model"],
    ["a model without tokens", { model: sonnet }, "/inputTokens"],
    ["a reservation of nothing", { reserve: true }, "/estimatedCost"],
    ["a request id without a reservation", { requestId: "x" }, "/requestId"],
    ["a time to live of a day", { reserve: true, estimatedCost: 1, ttlSeconds: 86_400 }, "/ttlSeconds"],
  ])("400: refuses %s", async (_, more, pointer) => {
    const { status, body } = await app.fetchJson<Problem>("/budgets/check", { body: { userId: "bad", ...more } });
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, pointer]);
  });

  it("404: releases no reservation that it does not know", async () => {
    expect((await app.fetchJson("/budgets/reservations/unknown", { method: "DELETE" })).status).toBe(404);
  });
});

describe("what a hard budget has spent", () => {
  it("is of the period that a record belongs to, however late it comes", async () => {
    const { id } = await make({ scope: "user", scopeId: "late", limit: 100, mode: "hard", period: "day" });
    app.clock.advance({ days: 1 });
    await spend(2, { userId: "late" });
    await spend(3, { userId: "late", timestamp: "2026-06-15T23:59:59Z" });
    await spend(4, { userId: "late", timestamp: "2026-06-14T23:59:59Z" });
    expect(await find(id)).toMatchObject({ spent: 2 });
    const { rows } = await app.pool.query(
      "select period_start, spent from budget_spend join budget using (budget_key) where id = $1 order by 1",
      [id],
    );
    // The day before it was made is not its own.
    expect(rows).toEqual([
      { period_start: new Date("2026-06-15T00:00:00Z"), spent: "3" },
      { period_start: new Date("2026-06-16T00:00:00Z"), spent: "2" },
    ]);
    await expectVerified();
  });

  it("has what was recorded ahead of time when that day comes", async () => {
    await spend(2, { userId: "ahead", timestamp: "2026-06-17T06:00:00Z" });
    const { id } = await make({ scope: "user", scopeId: "ahead", limit: 100, mode: "hard", period: "day" });
    expect(await find(id)).toMatchObject({ spent: 0 });
    app.clock.advance({ days: 1 });
    expect(await find(id)).toMatchObject({ spent: 2 });
  });

  it("follows prices that are set later, and a recost", async () => {
    const { id } = await make({ scope: "user", scopeId: "re", limit: 100, mode: "hard" });
    const call = { userId: "re", model: "new-model", inputTokens: 1_000_000, outputTokens: 0 };
    await app.fetchJson("/usage/api", { body: { ...call, requestId: "re-1" } });
    expect(await find(id)).toMatchObject({ spent: 0 });
    const price = { model: "new-model", inputPerMillion: 3, outputPerMillion: 3, validFrom: null };
    const { body } = await app.fetchJson<{ id: number }>("/prices", { body: price });
    await app.domain.recost.priceUnpriced();
    expect(await find(id)).toMatchObject({ spent: 3 });
    await app.fetchJson(`/prices/${body.id}`, { method: "DELETE" });
    await app.pool.query("update model_price set valid_to = valid_from where price_id = $1", [body.id]);
    await app.fetchJson("/prices", { body: { ...price, inputPerMillion: 2 } });
    await app.fetchJson("/usage/recost", { body: { model: "new-model", dryRun: false } });
    await expectVerified();
  });
});
