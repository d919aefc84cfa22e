import type { AuditEntry, Message, Page, Problem } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";
import { startMailServer, type TestMailServer } from "../support/mail-server.js";

let app: TestApp;
let smtp: TestMailServer;
beforeAll(async () => {
  smtp = await startMailServer();
  app = await startTestApp({ env: { SMTP_URL: smtp.url, MAIL_FROM: "a@example.com" } });
});
afterAll(async () => {
  await app.stop();
  await smtp.stop();
});

async function list(query = ""): Promise<Message[]> {
  return (await app.fetchJson<Page<Message>>(`/messages${query}`)).body.items;
}

function addMail(dedupeKey: string): Promise<number> {
  const payload = { to: "owner@example.com", subject: `Subject ${dedupeKey}`, text: "What it says" };
  return app.domain.outbox.add([{ dedupeKey, kind: "mail", payload }], app.clock.now());
}

it("shows what waits, what was given up and what was delivered", async () => {
  smtp.mood("refuse-address");
  await addMail("refused");
  await app.domain.delivery.deliverDue();
  smtp.mood("accept");
  await addMail("taken");
  await app.domain.delivery.deliverDue();
  await addMail("waits");
  const states = (await list()).map(({ subject, state }) => [subject, state]);
  expect(states).toEqual([
    ["Subject waits", "waiting"],
    ["Subject taken", "delivered"],
    ["Subject refused", "gave_up"],
  ]);
  const [gaveUp] = await list("?state=gave_up");
  expect(gaveUp).toEqual({
    id: expect.stringMatching(/^\d+$/),
    kind: "mail",
    receiver: "owner@example.com",
    subject: "Subject refused",
    state: "gave_up",
    attempts: 1,
    lastError: expect.stringContaining("no such mailbox"),
    createdAt: "2026-03-18T10:20:30.000Z",
    nextAttemptAt: null,
    finishedAt: "2026-03-18T10:20:30.000Z",
  });
  expect((await list("?state=waiting")).map(({ nextAttemptAt }) => nextAttemptAt)).toEqual([
    "2026-03-18T10:20:30.000Z",
  ]);
});

it("sends one that was given up once more, with what it said, under its own Message-ID", async () => {
  smtp.mood("refuse-message");
  await addMail("again");
  await app.domain.delivery.deliverDue();
  const { id } = (await list("?state=gave_up"))[0] ?? { id: "" };
  smtp.mood("drop");
  const { status, body } = await app.fetchJson<Message>(`/messages/${id}/resend`, { method: "POST" });
  expect([status, body.state, body.attempts]).toEqual([200, "waiting", 0]);
  expect((await app.fetchJson<Page<AuditEntry>>("/audit?limit=1")).body.items[0]).toMatchObject({
    action: "message.resend",
    target: id,
  });
  await app.domain.delivery.deliverDue();
  smtp.mood("accept");
  app.clock.advance({ minutes: 1 });
  await app.domain.delivery.deliverDue();
  const mails = smtp.mails.filter(({ shown }) => shown.subject === "Subject again");
  expect(mails.map(({ shown }) => shown.text)).toEqual(["What it says\n", "What it says\n"]);
  expect(new Set(mails.map(({ shown }) => shown.messageId)).size).toBe(1);
});

it("does not send again what was delivered or waits, and keeps no text of what was delivered", async () => {
  await addMail("done");
  await app.domain.delivery.deliverDue();
  await addMail("due");
  for (const { id } of (await list()).filter(({ state }) => state !== "gave_up")) {
    const { body } = await app.fetchJson<Problem>(`/messages/${id}/resend`, { method: "POST" });
    expect(body.code).toBe("not_found");
  }
  const { rows } = await app.pool.query("select payload from outbox where dedupe_key = 'done'");
  expect(rows).toEqual([{ payload: { to: "owner@example.com", subject: "Subject done" } }]);
});
