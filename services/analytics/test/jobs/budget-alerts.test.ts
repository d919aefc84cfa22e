import type { ChangedBudget } from "@mobigen/analytics-contract";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";
import { startMailServer, type TestMailServer } from "../support/mail-server.js";
import { startWebhookReceiver, type TestWebhookReceiver } from "../support/webhook-receiver.js";

let app: TestApp;
let second: TestApp;
let smtp: TestMailServer;
let hooks: TestWebhookReceiver;
beforeAll(async () => {
  [smtp, hooks] = await Promise.all([startMailServer(), startWebhookReceiver()]);
  const env = { SMTP_URL: smtp.url, MAIL_FROM: "analytics@example.com" };
  app = await startTestApp({ now: new Date().toISOString(), env });
  // The middle of a day and a month: nothing here passes a bound by chance.
  app.clock.set(`${new Date().getUTCFullYear()}-06-15T12:07:00Z`);
  second = await startTestApp({ clock: app.clock, db: app.db, env });
  await app.domain.prices.set({ model: "dollar", inputPerMillion: 1, outputPerMillion: 1, validFrom: null }, "test");
});
afterAll(async () => {
  await second.stop();
  await app.stop();
  await Promise.all([smtp.stop(), hooks.stop()]);
});
beforeEach(async () => {
  await app.domain.delivery.deliverDue();
  smtp.mails.length = 0;
  hooks.calls.length = 0;
});

const email = { type: "email", to: "finance@example.com" } as const;

async function make(body: Record<string, unknown>): Promise<ChangedBudget> {
  const reply = await app.fetchJson<ChangedBudget>("/budgets", {
    body: { scope: "user", period: "month", limit: 10, channels: [email], ...body },
  });
  expect(reply.status).toBe(201);
  return reply.body;
}

async function spend(userId: string, dollars: number, more: Record<string, unknown> = {}): Promise<void> {
  const { status } = await app.fetchJson("/usage/api", {
    body: { userId, model: "dollar", inputTokens: dollars * 1e6, outputTokens: 0, ...more },
  });
  expect(status).toBe(201);
}

function subjects(): (string | undefined)[] {
  return smtp.mails.map(({ shown }) => shown.subject);
}

/** As both replicas' loops do. */
async function deliver(): Promise<void> {
  await Promise.all([app.domain.delivery.deliverDue(), second.domain.delivery.deliverDue()]);
}

describe("alerts of a hard budget", () => {
  it("are noted by the record that passes a threshold, and sent once for each", async () => {
    await make({ scopeId: "hard", name: "Ann's", mode: "hard" });
    await spend("hard", 4.99);
    await deliver();
    expect(subjects()).toEqual([]);
    await spend("hard", 0.01);
    await deliver();
    expect(subjects()).toEqual([`Budget "Ann's": 50 % reached, $5.00 of $10.00 this month`]);
    await spend("hard", 0.5);
    await Promise.all([app.domain.budgetAlerts.lookAtAll(), second.domain.budgetAlerts.lookAtAll()]);
    await deliver();
    expect(smtp.mails).toHaveLength(1);
  });

  it("are one message for a call that passes several, by the highest", async () => {
    const { id } = await make({ scopeId: "leap", mode: "hard", limit: 1_000 });
    await spend("leap", 1_234.5);
    await deliver();
    expect(subjects()).toEqual([`Budget of user "leap": 100 % reached, $1,234.50 of $1,000.00 this month`]);
    const { alerts } = await app.domain.budgets.find(id);
    expect(alerts.map(({ threshold }) => threshold)).toEqual([100, 80, 50]);
  });

  it("begin anew with each period", async () => {
    await make({ scopeId: "daily", mode: "hard", period: "day", thresholds: [100] });
    await spend("daily", 10);
    await spend("daily", 10, { timestamp: new Date(app.clock.now().getTime() + 20 * 3_600_000).toISOString() });
    await deliver();
    expect(smtp.mails).toHaveLength(2);
  });

  it("come for a budget that is made, or lowered, below what was spent", async () => {
    await spend("made", 9);
    const { id } = await make({ scopeId: "made", mode: "hard", limit: 100 });
    await deliver();
    expect(smtp.mails).toHaveLength(0);
    await app.fetchJson(`/budgets/${id}`, { method: "PATCH", body: { limit: 10 } });
    await deliver();
    expect(subjects()).toEqual([`Budget of user "made": 80 % reached, $9.00 of $10.00 this month`]);
  });
});

describe("alerts of a soft budget", () => {
  it("come with the hourly job, once on any number of replicas", async () => {
    await make({ scopeId: "soft" });
    await spend("soft", 8);
    await deliver();
    expect(smtp.mails).toHaveLength(0);
    await Promise.all([app, second].map(({ domain }) => domain.schedule.runNow(hourly(domain), { again: true })));
    await deliver();
    expect(subjects()).toEqual([`Budget of user "soft": 80 % reached, $8.00 of $10.00 this month`]);
    await app.domain.schedule.runNow(hourly(app.domain), { again: true });
    await deliver();
    expect(smtp.mails).toHaveLength(1);
  });

  it("come for the last minutes of a period that is over, too", async () => {
    await make({ scopeId: "midnight", period: "day" });
    const now = app.clock.now();
    app.clock.advance({ days: 1 });
    await spend("midnight", 9, { timestamp: `${app.clock.now().toISOString().slice(0, 10)}T23:59:59Z` });
    app.clock.advance({ hours: 12 });
    await app.domain.budgetAlerts.lookAtAll();
    await deliver();
    expect(subjects()).toEqual([`Budget of user "midnight": 80 % reached, $9.00 of $10.00 this day`]);
    app.clock.set(now);
  });
});

describe("an alert", () => {
  it("reaches every channel once, and the webhook signed", async () => {
    app.clock.set(new Date());
    const url = `${hooks.url}/budgets`;
    const made = await make({
      scopeId: "all",
      mode: "hard",
      channels: [{ type: "log" }, email, { type: "webhook", url }],
    });
    await spend("all", 8.5);
    await deliver();
    expect([smtp.mails.length, hooks.calls.length]).toEqual([1, 1]);
    const [{ body, headers } = { body: "", headers: {} }] = hooks.calls;
    const secret = made.webhookSecrets[0]?.secret ?? "";
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      type: "budget.threshold_reached",
      data: {
        budgetId: made.id,
        scope: "user",
        scopeId: "all",
        mode: "hard",
        threshold: 80,
        spent: 8.5,
        limit: 10,
        currency: "USD",
      },
    });
    const text = smtp.mails[0]?.shown.text ?? "";
    for (const line of ["Spent   $8.50", "Limit   $10.00 a month", "Scope   user all", `/budgets/${made.id}`]) {
      expect(text).toContain(line);
    }
  });

  it("is sent by the service's own loop", async () => {
    await make({ scopeId: "loop", mode: "hard" });
    await spend("loop", 10);
    second.domain.delivery.start();
    await expect.poll(() => smtp.mails.length, { timeout: 10_000 }).toBe(1);
  });
});

function hourly(domain: TestApp["domain"]) {
  const job = domain.schedule.jobs.find(({ name }) => name === "hourly");
  if (job === undefined) throw new Error("there is an hourly job");
  return job;
}
