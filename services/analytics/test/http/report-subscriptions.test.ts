import type { AuditEntry, Page, Problem, ReportSubscription } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createUnsubscribeToken } from "../../src/reports/unsubscribe-token.js";
import { createOutboxStore } from "../../src/stores/postgres/outbox-store.js";
import { createReportSubscriptionStore } from "../../src/stores/postgres/report-subscription-store.js";
import { startTestApp, type TestApp } from "../support/app.js";

const path = "/reports/subscriptions";
const weekEnd = new Date("2026-03-22T00:00:00Z");

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await app.createProject({ id: "shop", name: "Shop", timezone: "Europe/Berlin" });
});
afterAll(() => app.stop());

let last = 0;
const newAddress = (): string => `receiver-${++last}@example.com`;

async function subscribe(more: object = {}): Promise<ReportSubscription> {
  const { status, body } = await app.fetchJson<ReportSubscription>(path, {
    body: { scope: "platform", address: newAddress(), ...more },
  });
  expect(status).toBe(201);
  return body;
}

/** Puts a report into the outbox, as the weekly job does. Answers its token. */
async function mailTo({ id, address }: ReportSubscription): Promise<string> {
  const store = createReportSubscriptionStore(app.pool);
  const { token, hash } = createUnsubscribeToken();
  const row = await store.find(id);
  const payload = { to: address, subject: "Report", text: "Text" };
  const delivery = { dedupeKey: `test/${id}/${token}`, kind: "mail", payload } as const;
  expect(await store.queueExtra(row?.subscriptionKey ?? 0, { delivery, tokenHash: hash, at: app.clock.now() })).toBe(
    true,
  );
  return token;
}

async function unsentOf({ address }: ReportSubscription): Promise<number> {
  const messages = await createOutboxStore(app.pool).list({ state: null, before: null, limit: 1_000 });
  return messages.filter(
    ({ kind, payload, state }) => kind === "mail" && payload.to === address && state !== "delivered",
  ).length;
}

describe("subscriptions", () => {
  it("are made with the project's time zone, found, and logged", async () => {
    const made = await subscribe({ scope: "project", scopeId: "shop", address: "Owner@Example.com" });
    expect(made).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      scope: "project",
      scopeId: "shop",
      address: "Owner@Example.com",
      timezone: "Europe/Berlin",
      state: "active",
      lastReportAt: null,
      createdAt: "2026-03-18T10:20:30.000Z",
      updatedAt: "2026-03-18T10:20:30.000Z",
    });
    expect((await app.fetchJson(`${path}/${made.id}`)).body).toEqual(made);
    const { body } = await app.fetchJson<Page<AuditEntry>>("/audit?limit=1");
    expect(body.items[0]).toMatchObject({ action: "report.subscribe", target: made.id });
  });

  it("are one an address and subject, whatever the capitals", async () => {
    await subscribe({ scope: "user", scopeId: "ada", address: "ada@example.com" });
    const again = await app.fetchJson<Problem>(path, {
      body: { scope: "user", scopeId: "ada", address: "ADA@example.com" },
    });
    expect([again.status, again.body.code]).toEqual([409, "already_exists"]);
    await subscribe({ scope: "user", scopeId: "lin", address: "ada@example.com" });
  });

  it.each([
    ["no address", { scope: "platform" }, "/address"],
    ["two addresses", { scope: "platform", address: "a@example.com, b@example.com" }, "/address"],
    ["a name with the address", { scope: "platform", address: "Ada <a@example.com>" }, "/address"],
    ["a header in the address", { scope: "platform", address: "a@example.com\r\nBcc: b@example.com" }, "/address"],
    ["a platform with an id", { scope: "platform", scopeId: "x", address: "a@example.com" }, "/scopeId"],
    ["a user without an id", { scope: "user", address: "a@example.com" }, "/scopeId"],
    ["another scope", { scope: "feature", scopeId: "x", address: "a@example.com" }, "/scope"],
    ["an unknown time zone", { scope: "platform", address: "a@example.com", timezone: "Mars/Base" }, "/timezone"],
  ])("are refused with %s", async (_, body, pointer) => {
    const reply = await app.fetchJson<Problem>(path, { body });
    expect([reply.status, reply.body.code]).toEqual([400, "invalid_body"]);
    expect(reply.body.errors?.map((error) => error.pointer)).toContain(pointer);
  });

  it("are not made for a project that is not there", async () => {
    const body = { scope: "project", scopeId: "nowhere", address: "a@example.com" };
    expect((await app.fetchJson<Problem>(path, { body })).body.code).toBe("not_found");
  });

  it("are listed newest first, page by page", async () => {
    const made: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      app.clock.advance({ seconds: 1 });
      made.unshift((await subscribe()).id);
    }
    const first = await app.fetchJson<Page<ReportSubscription>>(`${path}?limit=2`);
    expect(first.body.items.map(({ id }) => id)).toEqual(made.slice(0, 2));
    const second = await app.fetchJson<Page<ReportSubscription>>(`${path}?limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body.items[0]?.id).toBe(made[2]);
  });

  it("pause and go on, and drop what waits when they pause", async () => {
    const made = await subscribe();
    await mailTo(made);
    const change = (body: object) => app.fetchJson<ReportSubscription>(`${path}/${made.id}`, { method: "PATCH", body });
    expect((await change({ paused: true })).body.state).toBe("paused");
    expect(await unsentOf(made)).toBe(0);
    const { body } = await change({ paused: false, timezone: "Asia/Tokyo" });
    expect(body).toMatchObject({ state: "active", timezone: "Asia/Tokyo" });
  });

  it("are gone when they are deleted, with their mails and links", async () => {
    const made = await subscribe();
    const token = await mailTo(made);
    expect((await app.fetchJson(`${path}/${made.id}`, { method: "DELETE" })).status).toBe(204);
    expect(await unsentOf(made)).toBe(0);
    expect((await app.fetchJson<Problem>(`${path}/${made.id}`)).body.code).toBe("not_found");
    expect((await app.fetchJson(`/reports/unsubscribe/${token}`)).status).toBe(404);
  });
});

describe("the unsubscribe link", () => {
  const open = (token: string, init: RequestInit = {}) => fetch(`${app.url}/reports/unsubscribe/${token}`, init);

  it("shows a page with a button, to anybody, and changes nothing", async () => {
    const made = await subscribe({ scope: "user", scopeId: `<script>alert("1")</script>` });
    const token = await mailTo(made);
    const reply = await open(token);
    const page = await reply.text();
    expect(reply.status).toBe(200);
    expect(page).toContain(`<form method="post">`);
    expect(page).toContain(made.address);
    expect(page).not.toContain("<script");
    expect(reply.headers.get("cache-control")).toBe("no-store");
    expect(reply.headers.get("referrer-policy")).toBe("no-referrer");
    expect((await app.fetchJson<ReportSubscription>(`${path}/${made.id}`)).body.state).toBe("active");
  });

  it("unsubscribes at once by a mail program's POST (RFC 8058), again and again", async () => {
    const made = await subscribe();
    const token = await mailTo(made);
    for (let n = 0; n < 2; n += 1) {
      const reply = await open(token, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: "List-Unsubscribe=One-Click",
      });
      expect([reply.status, await reply.text()]).toEqual([200, expect.stringContaining("You are unsubscribed")]);
    }
    expect((await app.fetchJson<ReportSubscription>(`${path}/${made.id}`)).body.state).toBe("unsubscribed");
    expect(await unsentOf(made)).toBe(0);
    expect(await (await open(token)).text()).toContain("You are unsubscribed");
    const { body } = await app.fetchJson<Page<AuditEntry>>("/audit?limit=1");
    expect(body.items[0]).toMatchObject({ actor: "unsubscribe link", action: "report.unsubscribe", target: made.id });
  });

  it("ends that one subscription, for good: nothing but a new one brings it back", async () => {
    const [one, other] = [await subscribe(), await subscribe()];
    const token = await mailTo(one);
    await open(token, { method: "POST" });
    expect((await app.fetchJson<ReportSubscription>(`${path}/${other.id}`)).body.state).toBe("active");
    const patched = await app.fetchJson<ReportSubscription>(`${path}/${one.id}`, {
      method: "PATCH",
      body: { paused: false },
    });
    expect(patched.body.state).toBe("unsubscribed");
    const again = await app.fetchJson<Problem>(path, { body: { scope: "platform", address: one.address } });
    expect(again.body.code).toBe("already_exists");
    const store = createReportSubscriptionStore(app.pool);
    const due = await store.due(weekEnd, { after: null, limit: 1_000 });
    expect(due.map(({ id }) => id)).toContain(other.id);
    expect(due.map(({ id }) => id)).not.toContain(one.id);
  });

  it("is kept as a hash only, and answers a wrong one with 404: a page for browsers, a problem for others", async () => {
    const token = await mailTo(await subscribe());
    const { rows } = await app.pool.query("select encode(token_hash, 'escape') as hash from report_mail");
    expect(JSON.stringify(rows)).not.toContain(token);
    const wrong = `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`;
    for (const method of ["GET", "POST"]) {
      for (const bad of [wrong, "x", token.slice(1)]) {
        const reply = await open(bad, { method });
        expect([reply.status, ((await reply.json()) as Problem).code]).toEqual([404, "not_found"]);
      }
    }
    const page = await open(wrong, { headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" } });
    expect([page.status, await page.text()]).toEqual([404, expect.stringContaining("leads nowhere")]);
  });
});
