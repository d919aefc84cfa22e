import type { BudgetVerdict } from "@mobigen/analytics-contract";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verify } from "../../src/verify.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { FakeClock } from "../support/fake-clock.js";

const clock = new FakeClock("2026-06-15T12:07:00Z");
const runs = 12;

let replicas: TestApp[];
let first: TestApp;
beforeAll(async () => {
  first = await startTestApp({ clock });
  // A dollar a million tokens: a token is a millionth of a dollar.
  await first.domain.prices.set({ model: "m", inputPerMillion: 1, outputPerMillion: 1, validFrom: null }, "test");
  const others = await Promise.all([1, 2].map(() => startTestApp({ clock, db: first.db })));
  replicas = [first, ...others];
}, 60_000);
afterAll(async () => {
  for (const replica of [...replicas].reverse()) await replica.stop();
});

/** One call that somebody wants to make: what becomes of it, and through which replicas. In millionths of a dollar. */
type Plan = {
  user: number;
  estimate: number;
  actualPercent: number;
  fate: "record" | "release" | "abandon";
  asks: number;
  records: number;
};

const plan: fc.Arbitrary<Plan> = fc.record({
  user: fc.integer({ min: 0, max: 2 }),
  estimate: fc.integer({ min: 1, max: 40 }),
  actualPercent: fc.integer({ min: 0, max: 100 }),
  fate: fc.constantFrom("record", "record", "record", "release", "abandon"),
  asks: fc.integer({ min: 0, max: 2 }),
  records: fc.integer({ min: 0, max: 2 }),
});

async function differences(): Promise<unknown[]> {
  const { checks } = await verify(first.domain.verifyStore);
  return checks.filter((check) => check.differences > 0);
}

describe("racing calls on three replicas", () => {
  let round = 0;

  it("never get more than the limit between them; records settle, releases and expiry free the rest", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plan, { minLength: 20, maxLength: 60 }),
        fc.integer({ min: 50, max: 400 }),
        async (plans, limit) => {
          round += 1;
          const project = `race-${round}`;
          const make = (scope: "project" | "user", scopeId: string, millionths: number) =>
            first.domain.budgets.create(
              {
                scope,
                scopeId,
                period: "month",
                mode: "hard",
                limit: (millionths / 1e6).toFixed(6),
                thresholds: [100],
              },
              "test",
            );
          const whole = await make("project", project, limit);
          const own = await make("user", `${project}-0`, Math.ceil(limit / 3));

          let [held, spent, heldByUser0] = [0, 0, 0];
          await Promise.all(
            plans.map(async ({ user, estimate, actualPercent, fate, asks, records }, n) => {
              const call = { userId: `${project}-${user}`, projectId: project };
              const requestId = `${project}/${n}`;
              const asked = await at(asks).fetchJson<BudgetVerdict>("/budgets/check", {
                body: { ...call, requestId, reserve: true, estimatedCost: estimate / 1e6, ttlSeconds: 600 },
              });
              if (asked.status !== 200) throw new Error(JSON.stringify(asked.body));
              if (asked.body.decision === "deny") return;
              held += estimate;
              if (user === 0) heldByUser0 += estimate;
              expect(held).toBeLessThanOrEqual(limit);
              expect(heldByUser0).toBeLessThanOrEqual(Math.ceil(limit / 3));
              if (fate === "abandon") return;
              if (fate === "release") {
                // Counted down first: from the moment of the request on, somebody else may have it.
                held -= estimate;
                if (user === 0) heldByUser0 -= estimate;
                await at(records).fetchJson(`/budgets/reservations/${encodeURIComponent(requestId)}`, {
                  method: "DELETE",
                });
                return;
              }
              const actual = Math.floor((estimate * actualPercent) / 100);
              held -= estimate - actual;
              if (user === 0) heldByUser0 -= estimate - actual;
              spent += actual;
              const stored = await at(records).fetchJson("/usage/api", {
                body: { ...call, requestId, model: "m", inputTokens: actual, outputTokens: 0 },
              });
              expect(stored.status).toBe(201);
            }),
          );

          const before = await first.domain.budgets.find(whole.id);
          expect(Math.round(before.spent * 1e6)).toBe(spent);
          expect(Math.round(before.reserved * 1e6)).toBe(held - spent);
          expect(before.spent).toBeLessThanOrEqual(before.limit);
          clock.advance({ seconds: 601 });
          expect(await first.domain.budgets.find(whole.id)).toMatchObject({ reserved: 0, spent: before.spent });
          expect(await first.domain.budgets.find(own.id)).toMatchObject({ reserved: 0 });
        },
      ),
      { numRuns: runs, seed: 20_260_615 },
    );
    expect(await differences()).toEqual([]);
  }, 120_000);

  it("counts each record once in a budget that is made, and made hard, while they come", async () => {
    let isDone = false;
    let sent = 0;
    const callers = replicas.map(async (replica, r) => {
      while (!isDone) {
        sent += 1;
        const body = Array.from({ length: 5 }, (_, n) => {
          return { userId: `rush-${n % 2}`, feature: "rush", model: "m", inputTokens: 7, outputTokens: r };
        });
        const { status } = await replica.fetchJson("/usage/api", { body });
        expect(status).toBe(201);
      }
    });
    const budgets = first.domain.budgets;
    for (let n = 0; n < 8; n += 1) {
      const made = await budgets.create(
        { scope: "feature", scopeId: "rush", period: "day", mode: "hard", limit: 1 },
        "test",
      );
      await budgets.create({ scope: "platform", period: "week", mode: "hard", limit: 1_000 }, "test");
      await budgets.update(made.id, { mode: "soft" }, "test");
      await budgets.update(made.id, { mode: "hard" }, "test");
      const before = sent;
      while (sent < before + 6) await new Promise((resolve) => setTimeout(resolve, 2));
      if (n % 3 === 2) await budgets.remove(made.id, "test");
    }
    isDone = true;
    await Promise.all(callers);
    expect(await differences()).toEqual([]);
  }, 120_000);

  it("is told once of a threshold that many records pass together", async () => {
    const alerted = await first.domain.budgets.create(
      { scope: "feature", scopeId: "told", period: "day", mode: "hard", limit: 0.001, thresholds: [25, 50, 75, 100] },
      "test",
    );
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        at(n % 3).fetchJson("/usage/api", {
          body: { userId: `told-${n}`, feature: "told", model: "m", inputTokens: 20, outputTokens: 0 },
        }),
      ),
    );
    const { alerts, spent } = await first.domain.budgets.find(alerted.id);
    expect(spent).toBe(0.0012);
    expect(alerts.map(({ threshold }) => threshold)).toEqual([100, 75, 50, 25]);
    const announced = await Promise.all(replicas.map((replica) => replica.domain.budgetAlerts.announce()));
    const { rows } = await first.pool.query("select from outbox where dedupe_key like $1", [
      `budget-alert/${alerted.id}/%`,
    ]);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThanOrEqual(announced.reduce((sum, n) => sum + n, 0));
    expect(await Promise.all(replicas.map((replica) => replica.domain.budgetAlerts.announce()))).toEqual([0, 0, 0]);
  });
});

function at(n: number): TestApp {
  return replicas[n] ?? first;
}
