import type { CostBreakdown, CostGroups, IngestionLedger, TimeSeries } from "@mobigen/analytics-contract";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { formatValue } from "../../src/reports/format.js";
import type { SentWeek } from "../../src/reports/weekly-reports.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { FakeClock } from "../support/fake-clock.js";
import { type ReceivedMail, startMailServer, type TestMailServer } from "../support/mail-server.js";

// A Sunday; the reported week is that from Monday, 9 March, to Sunday, 15 March.
const sunday = new Date("2026-03-22T00:00:00Z");
const zone = "America/New_York";
const clock = new FakeClock("2026-03-01T00:00:00Z");

let app: TestApp;
let smtp: TestMailServer;
beforeAll(async () => {
  smtp = await startMailServer();
  app = await startTestApp({
    clock,
    env: { SMTP_URL: smtp.url, MAIL_FROM: "Analytics <a@example.com>", PUBLIC_URL: "https://analytics.example.com" },
  });
  await fill();
});
beforeEach(() => {
  clock.set(sunday);
  smtp.mood("accept");
  smtp.mails.length = 0;
});
afterEach(async () => {
  await app.pool.query("truncate report_subscription cascade");
  await app.pool.query("truncate outbox");
});
afterAll(async () => {
  await app.stop();
  await smtp.stop();
});

/** Three weeks of calls, generations and app events, with hours at the edges of New York's days. */
async function fill(): Promise<void> {
  await app.createProject({ id: "shop", name: `<b>Shop</b> & "Co"`, timezone: zone, eventsPerMinute: 1_000_000 });
  const { key } = await app.createKey("shop");
  for (let hour = 0; hour < 21 * 24; hour += 5) {
    clock.set(new Date(Date.parse("2026-03-01T02:30:00Z") + hour * 3_600_000));
    const at = clock.now().toISOString();
    const model = hour % 3 === 0 ? "claude-3-opus-20240229" : "claude-3-haiku-20240307";
    const call = { model, inputTokens: 1_000 + hour * 7, outputTokens: 300 + hour, timestamp: at };
    await app.fetchJson("/usage/api", {
      body: { ...call, requestId: `r${hour}`, userId: hour % 2 === 0 ? "ada" : "lin", projectId: "shop" },
    });
    const event = hour % 4 === 0 ? "generation.failed" : "generation.completed";
    await app.fetchJson("/events", { body: { event, userId: "ada", projectId: "shop", timestamp: at } });
    const events = [
      { eventId: `v${hour}`, type: "screen_view", properties: { screenName: hour % 2 === 0 ? "Home" : "<Cart>" } },
      { eventId: `t${hour}`, type: "tap" },
      { eventId: `bad${hour}`, type: "" },
    ];
    const sent = events.map((more) => ({ ...more, sessionId: `s${hour}`, userId: `u${hour % 12}`, timestamp: at }));
    await app.fetchJson("/api/events", { key, body: { events: sent } });
  }
}

async function subscribe(scope: "platform" | "user" | "project", scopeId?: string) {
  const wanted = {
    scope,
    ...(scopeId === undefined ? {} : { scopeId }),
    address: `${scope}@example.com`,
    timezone: zone,
  };
  clock.set("2026-03-20T00:00:00Z");
  const made = await app.domain.subscriptions.create(wanted, "test");
  clock.set(sunday);
  return made;
}

function sendWeek(windowEnd = sunday, by = app): Promise<SentWeek | { superseded: true }> {
  return by.domain.reports.sendWeek({ windowEnd, now: clock.now(), signal: new AbortController().signal });
}

async function receive(): Promise<ReceivedMail[]> {
  await app.domain.delivery.deliverDue();
  return smtp.mails;
}

async function ask<Body>(path: string, query: Record<string, string>): Promise<Body> {
  const { status, body } = await app.fetchJson<Body>(`${path}?${new URLSearchParams({ tz: zone, ...query })}`);
  expect(status).toBe(200);
  return body;
}

describe("the numbers of a report", () => {
  const week = { from: "2026-03-09T04:00:00Z", to: "2026-03-16T04:00:00Z" };
  const before = { from: "2026-03-02T05:00:00Z", to: week.from };
  const total = async (metric: string, window: typeof week, filter: Record<string, string>) => {
    const { data } = await ask<TimeSeries>("/metrics/timeseries", {
      metric,
      granularity: "week",
      ...window,
      ...filter,
    });
    expect(data).toHaveLength(1);
    return data[0]?.value ?? null;
  };

  it.each([
    ["platform", undefined, {}, "/costs"],
    ["user", "ada", { userId: "ada" }, "/costs/user/ada"],
    ["project", "shop", { projectId: "shop" }, "/costs/project/shop"],
  ] as const)("are those of the API, for the %s", async (scope, id, filter, costsPath) => {
    await subscribe(scope, id);
    expect(await sendWeek()).toMatchObject({ queued: 1, failed: 0 });
    const [mail] = await receive();
    const { text = "", html } = mail?.shown ?? {};
    const missing: string[] = [];
    const bothSay = (...words: string[]) => {
      missing.push(...words.filter((word) => !text.includes(word) || !String(html).includes(word)));
    };

    const costs = await ask<CostBreakdown>(costsPath, week);
    const costsBefore = await ask<CostBreakdown>(costsPath, before);
    expect(costs.totalCost).toBeGreaterThan(0);
    bothSay(formatValue(costs.totalCost, "dollars"), formatValue(costsBefore.totalCost, "dollars"));
    for (const metric of ["tokens", "requests", ...(scope === "user" ? [] : ["generations", "app_events"])]) {
      bothSay(
        formatValue(await total(metric, week, filter), "count"),
        formatValue(await total(metric, before, filter), "count"),
      );
    }
    if (scope !== "project") for (const { cost } of costs.byDay) bothSay(formatValue(cost, "dollars"));

    const toDate = await ask<CostBreakdown>(costsPath, { from: "2026-03-01T05:00:00Z", to: sunday.toISOString() });
    expect(toDate.projection.method).toBe("weekday-mean");
    bothSay(
      `${formatValue(toDate.totalCost, "dollars")} so far, heading for ${formatValue(toDate.projectedMonthly, "dollars")}`,
      formatValue(toDate.projection.high, "dollars"),
    );
    const models = await ask<CostGroups>("/costs", { groupBy: "model", ...week, ...filter });
    for (const { key, totalCost } of models.items) bothSay(String(key), formatValue(totalCost, "dollars"));
    const soFar = { from: week.to, to: sunday.toISOString() };
    bothSay(formatValue((await ask<CostBreakdown>(costsPath, soFar)).totalCost, "dollars"));
    expect({ missing, text }).toEqual({ missing: [], text });
  });

  it("tell of an app what it did: active users, sessions, screens, and what was rejected", async () => {
    await subscribe("project", "shop");
    await sendWeek();
    const [mail] = await receive();
    const { text = "", html = "" } = mail?.shown ?? {};
    const users = formatValue(await total("active_users", week, { projectId: "shop" }), "count");
    const sessions = formatValue(await total("app_sessions", week, { projectId: "shop" }), "count");
    expect(text).toMatch(new RegExp(`Active users +${users} `));
    expect(text).toMatch(new RegExp(`App sessions +${sessions} `));
    const { totals } = await ask<IngestionLedger>("/api/projects/shop/ingestion", week);
    expect(text).toContain(`${totals.rejected} of ${totals.received}`);
    expect(text).toContain("  <Cart>\n");
    expect(html).toContain("&lt;Cart&gt;");
    expect(html).toContain("&lt;b&gt;Shop&lt;/b&gt; &amp; &quot;Co&quot;");
    expect(mail?.shown.subject).toBe(`Weekly report on <b>Shop</b> & "Co", 9–15 March 2026`);
  });
});

describe("a week's reports", () => {
  it("go out once each: however often, and on however many replicas, the job runs", async () => {
    const other = await startTestApp({ clock, db: app.db, env: { SMTP_URL: smtp.url, MAIL_FROM: "a@example.com" } });
    await subscribe("platform");
    await subscribe("user", "ada");
    await subscribe("project", "shop");
    const sent = await Promise.all([sendWeek(), sendWeek(sunday, other), sendWeek()]);
    expect(sent.reduce((sum, week) => sum + ("queued" in week ? week.queued : 0), 0)).toBe(3);
    expect(await sendWeek()).toMatchObject({ queued: 0 });
    await Promise.all([app.domain.delivery.deliverDue(), other.domain.delivery.deliverDue()]);
    expect(smtp.mails.map(({ to }) => to[0]).sort()).toEqual([
      ...["platform@example.com", "project@example.com", "user@example.com"],
    ]);
    // Not even when the outbox has forgotten them, and the window is run by hand.
    await app.pool.query("truncate outbox");
    expect(await sendWeek()).toMatchObject({ queued: 0 });
    await other.stop();
  });

  it("follow each other, and do not go to who subscribed after the window", async () => {
    await subscribe("platform");
    clock.set("2026-03-22T00:00:01Z");
    await app.domain.subscriptions.create({ scope: "user", scopeId: "lin", address: "late@example.com" }, "test");
    expect(await sendWeek()).toMatchObject({ queued: 1 });
    clock.advance({ days: 7 });
    expect(await sendWeek(new Date("2026-03-29T00:00:00Z"))).toMatchObject({ queued: 2 });
    expect(await sendWeek()).toEqual({ superseded: true });
  });

  it("reach everybody but whose report can't be made, who is tried again", async () => {
    const broken = await subscribe("user", "ada");
    await subscribe("platform");
    await subscribe("project", "shop");
    await app.pool.query("update report_subscription set timezone = 'Mars/Base' where id = $1", [broken.id]);
    await expect(sendWeek()).rejects.toThrow("2 reports are on their way, 1 could not be made, the first:");
    expect(await receive()).toHaveLength(2);
    await app.pool.query("update report_subscription set timezone = 'UTC' where id = $1", [broken.id]);
    expect(await sendWeek()).toMatchObject({ queued: 1, failed: 0 });
  });

  it("leave out paused and unsubscribed ones, and projects that are deleted", async () => {
    const paused = await subscribe("platform");
    await app.domain.subscriptions.update(paused.id, { paused: true }, "test");
    await app.createProject({ id: "gone", name: "Gone" });
    await subscribe("project", "gone");
    await app.pool.query("update project set deleted_at = now() where id = 'gone'");
    expect(await sendWeek()).toMatchObject({ queued: 0, skipped: 1, failed: 0 });
  });

  it("stop between two of them when the service stops", async () => {
    await subscribe("platform");
    const signal = AbortSignal.abort(new Error("stopping"));
    const stopped = app.domain.reports.sendWeek({ windowEnd: sunday, now: clock.now(), signal });
    await expect(stopped).rejects.toThrow("stopping");
    expect(await sendWeek()).toMatchObject({ queued: 1 });
  });
});

describe("a report on its way", () => {
  it("is one message in two parts, that says how to be rid of it in one click", async () => {
    await subscribe("platform");
    await sendWeek();
    const [mail] = await receive();
    const { headers, html, text = "" } = mail?.shown ?? { headers: new Map(), html: "" };
    expect(mail?.raw).toMatch(/^Content-Type: multipart\/alternative/m);
    expect(html).toContain("<h1");
    const link = /Unsubscribe: (\S+)/.exec(text)?.[1] ?? "";
    expect(mail?.raw).toContain("List-Unsubscribe-Post: List-Unsubscribe=One-Click");
    expect(JSON.stringify(headers.get("list"))).toContain(new URL(link).href);
    const path = new URL(link).pathname;
    const post = await fetch(app.url + path, {
      method: "POST",
      body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }),
    });
    expect(post.status).toBe(200);
    clock.advance({ days: 7 });
    expect(await sendWeek(new Date("2026-03-29T00:00:00Z"))).toMatchObject({ queued: 0 });
  });

  it("is tried again where the server says later or drops the line, under one Message-ID", async () => {
    await subscribe("platform");
    await sendWeek();
    for (const mood of ["later", "drop", "accept"] as const) {
      smtp.mood(mood);
      await app.domain.delivery.deliverDue();
      clock.advance({ minutes: 5 });
    }
    // The dropped one had been taken: nobody can know. A mailbox can, by the id.
    expect(smtp.mails).toHaveLength(2);
    expect(new Set(smtp.mails.map(({ shown }) => shown.messageId)).size).toBe(1);
    expect(await receive()).toHaveLength(2);
  });

  it("is given up where the server refuses it, and goes out when somebody sends it again", async () => {
    await subscribe("platform");
    await sendWeek();
    smtp.mood("refuse-message");
    expect(await receive()).toEqual([]);
    const { items } = await app.domain.messages.list({ state: "gave_up" });
    expect(items).toMatchObject([
      { receiver: "platform@example.com", subject: expect.stringContaining("Weekly report") },
    ]);
    smtp.mood("accept");
    await app.domain.messages.resend(items[0]?.id ?? "", "test");
    expect((await receive()).map(({ shown }) => shown.html)).toEqual([expect.stringContaining("Weekly report")]);
  });

  it("is not sent to who unsubscribed while it waited", async () => {
    const one = await subscribe("platform");
    await sendWeek();
    smtp.mood("later");
    await app.domain.delivery.deliverDue();
    await app.domain.subscriptions.remove(one.id, "test");
    smtp.mood("accept");
    clock.advance({ hours: 2 });
    expect(await receive()).toEqual([]);
  });

  it("goes out now when somebody asks for it, beside those of the weeks", async () => {
    const one = await subscribe("platform");
    await sendWeek();
    await app.domain.reports.sendNow(one.id);
    await app.domain.reports.sendNow(one.id);
    expect(await receive()).toHaveLength(3);
    await app.domain.subscriptions.update(one.id, { paused: true }, "test");
    await expect(app.domain.reports.sendNow(one.id)).rejects.toThrow("paused");
    await expect(app.domain.reports.sendNow("nobody")).rejects.toThrow("There is no subscription");
  });
});
