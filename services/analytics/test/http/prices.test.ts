import type {
  AuditEntry,
  CreatedToken,
  Page,
  PriceRow,
  Problem,
  UnpricedModel,
  UsageReceipt,
  UsageReply,
} from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ now: "2026-06-15T12:00:00Z" });
});
afterAll(() => app.stop());

const amounts = { inputPerMillion: 1, outputPerMillion: 2 };

async function set(body: object, to = app) {
  return to.fetchJson<PriceRow & Problem>("/prices", { body });
}

async function call(body: object, to = app): Promise<UsageReply> {
  const reply = await to.fetchJson<UsageReply>("/usage/api", {
    body: { userId: "u", inputTokens: 1_000_000, outputTokens: 1_000_000, ...body },
  });
  expect(reply.status).toBeLessThan(300);
  return reply.body;
}

describe("POST /prices", () => {
  it("201: holds at once, wins over the brief, and leaves what was charged before alone", async () => {
    const model = "claude-3-opus-20240229";
    const before = await call({ model, requestId: "opus-1" });
    expect(before.cost.totalCost).toBe(90);
    const { status, body } = await set({ model, ...amounts });
    expect([status, body.validFrom, body.validTo, body.source]).toEqual([
      201,
      "2026-06-15T12:00:00.000Z",
      null,
      "operator",
    ]);
    expect((await call({ model })).cost.totalCost).toBe(3);
    expect((await call({ model, timestamp: "2026-06-15T11:59:59Z" })).cost.totalCost).toBe(90);
    expect((await call({ model, requestId: "opus-1" })).cost.totalCost).toBe(90);
  });

  it("201: prices the history of a model that had no price, and nothing else of it", async () => {
    await call({ model: "fresh", requestId: "fresh-1", timestamp: "2026-05-01T00:00:00Z" });
    await call({ model: "fresher", requestId: "fresher-1" });
    const { body } = await set({ model: "fresh", ...amounts });
    expect(body.validFrom).toBeNull();
    const receipt = (await app.fetchJson<UsageReceipt>("/usage/records/fresh-1")).body;
    expect(receipt.cost).toMatchObject({ totalCost: 3, priced: true });
    expect(receipt.price).toMatchObject({ id: body.id, source: "operator" });
    expect((await app.fetchJson<UsageReceipt>("/usage/records/fresher-1")).body.cost.priced).toBe(false);
    expect((await app.fetchJson<{ totalCost: number }>("/costs/user/u?period=all")).body.totalCost).toBe(
      90 + 3 + 90 + 3,
    );
    const { items } = (await app.fetchJson<Page<AuditEntry>>("/audit")).body;
    expect(items.slice(0, 2)).toMatchObject([
      { actor: "service", action: "usage.price", target: "fresh", detail: { records: 1, cost: "3" } },
      { action: "price.set", target: String(body.id), detail: { model: "fresh", inputPerMillion: "1" } },
    ]);
  });

  it("201: takes decimals as text, cache and long-context prices, tiers, a provider, and prices by them", async () => {
    const { status, body } = await set({
      model: "full",
      provider: "own",
      serviceTier: "batch",
      currency: "USD",
      inputPerMillion: "0.10",
      outputPerMillion: "0.2",
      cacheReadPerMillion: "0.01",
      cacheWritePerMillion: 0.5,
      longContext: [{ aboveInputTokens: 1_000_000, inputPerMillion: 10, outputPerMillion: 20 }],
    });
    expect(status, JSON.stringify(body)).toBe(201);
    expect(body).toMatchObject({
      provider: "own",
      serviceTier: "batch",
      inputPerMillion: 0.1,
      cacheWrite1hPerMillion: null,
    });
    const base = { model: "full", provider: "own", serviceTier: "batch" };
    expect((await call({ ...base, cacheReadTokens: 400_000 })).cost).toMatchObject({
      inputCost: 0.064,
      outputCost: 0.2,
      cacheCost: 0.004,
      totalCost: 0.264,
      estimated: false,
    });
    expect((await call({ ...base, inputTokens: 1_000_001 })).cost.totalCost).toBe(30.00001);
    expect((await call({ ...base, serviceTier: "flex" })).cost.priced).toBe(false);
  });

  it("201: takes 0 when it is said to be meant", async () => {
    expect((await set({ model: "gratis", inputPerMillion: 0, outputPerMillion: 0, free: true })).status).toBe(201);
    expect((await call({ model: "gratis" })).cost).toMatchObject({ totalCost: 0, priced: true });
  });

  it("409: refuses a time in which another operator's price of the model holds", async () => {
    const at = (day: number) => `2026-07-0${day}T00:00:00Z`;
    const price = { model: "overlap", ...amounts };
    expect((await set({ ...price, validFrom: at(1), validTo: at(5) })).status).toBe(201);
    const { status, body } = await set({ ...price, validFrom: at(4) });
    expect([status, body.code]).toEqual([409, "price_overlap"]);
    expect(body.detail).toContain("2026-07-01T00:00:00.000Z until 2026-07-05T00:00:00.000Z");
    expect((await set({ ...price, validFrom: at(5) })).status).toBe(201);
  });

  it.each<[string, object, string, string]>([
    ["a price without a unit", { input: 3, output: 15 }, "/input", "US dollars a million tokens"],
    ["a price a thousand tokens", { inputPer1K: 3, ...amounts }, "/inputPer1K", "US dollars a million tokens"],
    ["another currency", { ...amounts, currency: "EUR" }, "/currency", "must be USD"],
    ["no output price", { inputPerMillion: 1 }, "/outputPerMillion", "is required"],
    ["a price of 0", { inputPerMillion: 0, outputPerMillion: 1 }, "/inputPerMillion", "free: true"],
    ["a cache price of 0", { ...amounts, cacheReadPerMillion: "0.00" }, "/cacheReadPerMillion", "free: true"],
    [
      "a step of 0",
      { ...amounts, longContext: [{ aboveInputTokens: 1, inputPerMillion: 0, outputPerMillion: 1 }] },
      "/longContext/0/inputPerMillion",
      "free: true",
    ],
    ["a negative price", { inputPerMillion: -1, outputPerMillion: 1 }, "/inputPerMillion", "must be a decimal"],
    [
      "a price that is no number",
      { inputPerMillion: "1e3", outputPerMillion: 1 },
      "/inputPerMillion",
      "must be a decimal",
    ],
    [
      "a price above any sense",
      { inputPerMillion: 1_000_001, outputPerMillion: 1 },
      "/inputPerMillion",
      "must be a decimal",
    ],
    [
      "thirteen decimals",
      { inputPerMillion: "0.0000000000001", outputPerMillion: 1 },
      "/inputPerMillion",
      "12 decimals",
    ],
    [
      "an end before the start",
      { ...amounts, validFrom: "2026-02-01T00:00:00Z", validTo: "2026-02-01T00:00:00Z" },
      "/validTo",
      "later than validFrom",
    ],
    [
      "steps out of order",
      { ...amounts, longContext: [2, 1].map((aboveInputTokens) => ({ aboveInputTokens, ...amounts })) },
      "/longContext",
      "must ascend",
    ],
    ["another tier", { ...amounts, serviceTier: "slow" }, "/serviceTier", "must be one of"],
    ["an unknown field", { ...amounts, discount: 3 }, "/discount", "is not known"],
  ])("400: refuses %s by its pointer and a clear word", async (_, more, pointer, reason) => {
    const { status, body } = await set({ model: "bad", ...more });
    expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([400, "invalid_body", pointer]);
    expect(body.errors?.[0]?.reason).toContain(reason);
  });

  it("holds on another replica within ten seconds, and prices what that one stored meanwhile", async () => {
    const replica = await startTestApp({ db: app.db, clock: app.clock });
    await set({ model: "shared", ...amounts });
    const early = await call({ model: "shared", requestId: "shared-1" }, replica);
    await vi.waitFor(async () => expect((await call({ model: "shared" }, replica)).cost.totalCost).toBe(3), {
      timeout: 10_000,
      interval: 250,
    });
    if (!early.cost.priced) {
      await vi.waitFor(
        async () => expect((await app.fetchJson<UsageReceipt>("/usage/records/shared-1")).body.cost.priced).toBe(true),
        { timeout: 10_000, interval: 250 },
      );
    }
    await replica.stop();
  });
});

describe("DELETE /prices/:priceId", () => {
  it("200: ends a price now and deletes nothing; again, nothing changes", async () => {
    const { body: price } = await set({ model: "ends", ...amounts });
    await call({ model: "ends", requestId: "ends-1", timestamp: "2026-06-15T11:00:00Z" });
    const end = () => app.fetchJson<PriceRow>(`/prices/${price.id}`, { method: "DELETE" });
    const first = await end();
    expect([first.status, first.body.validTo]).toEqual([200, "2026-06-15T12:00:00.000Z"]);
    expect(await end()).toMatchObject({ status: 200, body: first.body });
    expect((await call({ model: "ends" })).cost.priced).toBe(false);
    expect((await app.fetchJson<UsageReceipt>("/usage/records/ends-1")).body.price?.id).toBe(price.id);
  });

  it.each(["999999999", "0", "x", "99999999999999999999"])("404: for %s", async (id) => {
    const { status, body } = await app.fetchJson<Problem>(`/prices/${id}`, { method: "DELETE" });
    expect([status, body.code]).toEqual([404, "not_found"]);
  });
});

describe("GET /prices", () => {
  it("200: pages through all, the latest first, and filters by model, provider and time", async () => {
    const seen: PriceRow[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const { body }: { body: Page<PriceRow> } = await app.fetchJson(
        `/prices?limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      seen.push(...body.items);
      cursor = body.nextCursor;
    }
    expect(seen.length).toBeGreaterThan(1_000);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    const list = async (query: string) => (await app.fetchJson<Page<PriceRow>>(`/prices?${query}`)).body.items;
    const opus = "model=claude-3-opus-20240229";
    expect((await list(opus)).map(({ source }) => source)).toEqual(["operator", "brief"]);
    expect((await list(`${opus}&at=2026-01-01T00:00:00Z`)).map(({ source }) => source)).toEqual(["brief"]);
    expect((await list("provider=openai&limit=200")).every(({ provider }) => provider === "openai")).toBe(true);
    expect(await list("model=gpt-4o&provider=openai")).toMatchObject([
      {
        inputPerMillion: 2.5,
        cacheReadPerMillion: 1.25,
        outputPerMillion: 10,
        source: expect.stringMatching(/^genai-prices@/),
      },
    ]);
  });

  it("200: lists the models that calls named in vain, with when and how much", async () => {
    await call({ model: "vain", provider: "gate", timestamp: "2026-06-01T00:00:00Z" });
    await call({ model: "vain", inputTokens: 5, outputTokens: 6 });
    await call({ model: "claude-3-opus-fake" });
    const { items } = (await app.fetchJson<Page<UnpricedModel>>("/prices/unpriced")).body;
    expect(items.find(({ model }) => model === "vain")).toEqual({
      model: "vain",
      providers: ["gate"],
      requests: 2,
      inputTokens: 1_000_005,
      outputTokens: 1_000_006,
      firstSeen: "2026-06-01T00:00:00.000Z",
      lastSeen: "2026-06-15T12:00:00.000Z",
    });
    expect(items.map(({ model }) => model)).toContain("claude-3-opus-fake");
    const paged = (await app.fetchJson<Page<UnpricedModel>>("/prices/unpriced?limit=1")).body;
    const next = await app.fetchJson<Page<UnpricedModel>>(`/prices/unpriced?limit=1&cursor=${paged.nextCursor}`);
    expect([paged.items[0], next.body.items[0]]).toEqual(items.slice(0, 2));
  });

  it("401 and 403: reading takes platform:read, writing admin", async () => {
    const reader = await app.fetchJson<CreatedToken>("/tokens", { body: { name: "r", scopes: ["platform:read"] } });
    const token = reader.body.token;
    expect((await app.fetchJson("/prices", { token })).status).toBe(200);
    expect((await app.fetchJson("/prices", { token, body: { model: "m", ...amounts } })).status).toBe(403);
    expect((await app.fetchJson("/prices/1", { token, method: "DELETE" })).status).toBe(403);
    expect((await app.fetchJson("/costs/recost", { token, body: {} })).status).toBe(403);
    expect((await app.fetchJson("/prices", { token: null })).status).toBe(401);
  });
});
