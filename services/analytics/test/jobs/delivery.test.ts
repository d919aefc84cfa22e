import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createDelivery, type Delivery, maxAttempts, type Senders } from "../../src/delivery/delivery.js";
import { createMailer } from "../../src/delivery/mailer.js";
import { createWebhookSecret, createWebhookSender } from "../../src/delivery/webhook.js";
import type { NewDelivery } from "../../src/stores/outbox-store.js";
import { createOutboxStore } from "../../src/stores/postgres/outbox-store.js";
import { FakeClock } from "../support/fake-clock.js";
import { startMailServer, startSilentServer, type TestMailServer } from "../support/mail-server.js";
import { createTestDatabase, type TestDatabase } from "../support/postgres.js";
import { silentLogger } from "../support/silent-logger.js";
import { startWebhookReceiver, type TestWebhookReceiver } from "../support/webhook-receiver.js";

let db: TestDatabase;
let smtp: TestMailServer;
let hooks: TestWebhookReceiver;
let clock: FakeClock;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(async () => {
  await db.pool.query("truncate outbox");
  clock = new FakeClock("2026-06-15T12:00:00Z");
  [smtp, hooks] = await Promise.all([startMailServer(), startWebhookReceiver()]);
});
afterEach(() => Promise.all([smtp.stop(), hooks.stop()]));
afterAll(() => db.drop());

type Options = { senders?: Partial<Senders>; collect?: () => Promise<unknown> };

function replica({ senders = {}, collect = async () => undefined }: Options = {}): Delivery {
  return createDelivery({
    outbox: createOutboxStore(db.pool),
    senders: { log: async () => ({ kind: "sent" }), mail: mailer(smtp.url), webhook: hook(), ...senders },
    collect,
    clock: clock.now,
    logger: silentLogger,
    random: () => 1,
  });
}

// A busy machine takes its time to answer; only receivers that say nothing are waited for in vain.
const patientMs = 20_000;
const impatientMs = 300;

function mailer(smtpUrl: string | null, silenceMs = patientMs) {
  return createMailer({
    smtpUrl,
    from: "Analytics <a@example.com>",
    logger: silentLogger,
    silenceMs,
    deadlineMs: patientMs,
  });
}

function hook(rules = { allowPrivate: false, allowLoopback: true }, timeoutMs = patientMs) {
  return createWebhookSender({ rules, clock: clock.now, userAgent: "test", timeoutMs });
}

function add(...deliveries: NewDelivery[]): Promise<number> {
  return createOutboxStore(db.pool).add(deliveries, clock.now());
}

function mail(dedupeKey: string): NewDelivery {
  return { dedupeKey, kind: "mail", payload: { to: "finance@example.com", subject: "Hëllo", text: "Body" } };
}

function call(dedupeKey: string, url: string, secret = createWebhookSecret()): NewDelivery {
  return { dedupeKey, kind: "webhook", payload: { url, secret, body: { type: "test", data: { n: 1 } } } };
}

async function row(dedupeKey: string) {
  const { rows } = await db.pool.query("select * from outbox where dedupe_key = $1", [dedupeKey]);
  return rows[0];
}

describe("the outbox", () => {
  it("takes a message of one cause once", async () => {
    expect(await add(mail("a"), mail("b"))).toBe(2);
    expect(await add(mail("b"), mail("c"))).toBe(1);
  });

  it("sends each message once, however many replicas look", async () => {
    await add(...Array.from({ length: 70 }, (_, n) => (n % 2 === 0 ? mail(`m${n}`) : call(`m${n}`, hooks.url))));
    const delivered = await Promise.all(Array.from({ length: 4 }, () => replica().deliverDue()));
    expect(delivered.reduce((sum, n) => sum + n, 0)).toBe(70);
    expect([smtp.mails.length, hooks.calls.length]).toEqual([35, 35]);
    expect(await replica().deliverDue()).toBe(0);
  });

  it("leaves a message of a replica that died to others once its lease is over", async () => {
    await add(mail("left"));
    const dead = replica({ senders: { mail: () => new Promise(() => undefined) } });
    void dead.deliverDue();
    while ((await row("left")).attempts === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await replica().deliverDue()).toBe(0);
    clock.advance({ minutes: 3 });
    expect(await replica().deliverDue()).toBe(1);
  });

  it("does not send again what was acknowledged while the database was away", async () => {
    await add(mail("said"));
    const outbox = createOutboxStore(db.pool);
    let isAway = true;
    const delivery = createDelivery({
      outbox: {
        ...outbox,
        settle: (...args) => (isAway ? Promise.reject(new Error("away")) : outbox.settle(...args)),
      },
      senders: { log: async () => ({ kind: "sent" }), mail: mailer(smtp.url), webhook: hook() },
      collect: async () => undefined,
      clock: clock.now,
      logger: silentLogger,
    });
    await expect(delivery.deliverDue()).rejects.toThrow("away");
    isAway = false;
    clock.advance({ minutes: 3 });
    expect(await delivery.deliverDue()).toBe(1);
    expect(smtp.mails).toHaveLength(1);
    expect((await row("said")).delivered_at).not.toBeNull();
  });

  it("lets no bug of one message's sender keep others waiting", async () => {
    await add(mail("bug"), call("fine", hooks.url));
    const broken = replica({ senders: { mail: () => Promise.reject(new TypeError("bug")) } });
    expect(await broken.deliverDue()).toBe(1);
    expect(await row("bug")).toMatchObject({ attempts: 1, last_error: "bug", delivered_at: null });
  });

  it("tries again after waits that double, and gives up after the twelfth time", async () => {
    smtp.mood("later");
    await add(mail("never"));
    const waits: number[] = [];
    for (let n = 1; n <= maxAttempts; n += 1) {
      await replica().deliverDue();
      const { next_attempt_at, attempts, gave_up_at } = await row("never");
      expect(attempts).toBe(n);
      if (gave_up_at !== null) break;
      waits.push((next_attempt_at.getTime() - clock.now().getTime()) / 1_000);
      expect(await replica().deliverDue()).toBe(0);
      clock.set(next_attempt_at);
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600]);
    expect(await row("never")).toMatchObject({ gave_up_at: clock.now(), delivered_at: null });
    expect((await row("never")).last_error).toContain("try again later");
    clock.advance({ days: 1 });
    await replica().deliverDue();
    expect(smtp.attempts()).toBe(maxAttempts);
  });

  it("drops what was finished three months ago, and nothing else", async () => {
    await add(mail("old"));
    await replica().deliverDue();
    clock.advance({ days: 91 });
    await add(mail("waiting"));
    expect(await replica().dropFinished()).toBe(1);
    expect(await row("waiting")).toBeDefined();
  });
});

describe("mail", () => {
  it("arrives as it was written, with a Message-ID that is the same in every attempt", async () => {
    smtp.mood("drop");
    await add(mail("once"));
    expect(await replica().deliverDue()).toBe(0);
    smtp.mood("accept");
    clock.advance({ minutes: 1 });
    expect(await replica().deliverDue()).toBe(1);
    // The connection ended before the server's answer: nobody can know. The mailbox can, by the id.
    expect(smtp.mails).toHaveLength(2);
    const ids = smtp.mails.map(({ raw }) => /^Message-ID: (<\w+@example\.com>)/im.exec(raw)?.[1]);
    expect(ids[0]).toBe(ids[1]);
    const [received] = smtp.mails;
    expect(received).toMatchObject({ from: "a@example.com", to: ["finance@example.com"] });
    expect(received?.shown).toMatchObject({ subject: "Hëllo", text: "Body\n" });
    expect(received?.shown.headers.get("auto-submitted")).toBe("auto-generated");
  });

  it.each(["refuse-address", "refuse-message"] as const)(
    "is given up at once when the server says %s",
    async (mood) => {
      smtp.mood(mood);
      await add(mail("no"));
      await replica().deliverDue();
      expect(await row("no")).toMatchObject({ attempts: 1, gave_up_at: clock.now() });
    },
  );

  it("is tried again when the server hangs, or is not there", async () => {
    const silent = await startSilentServer();
    await add(mail("hangs"));
    const hanging = { mail: mailer(`smtp://127.0.0.1:${silent.port}`, impatientMs) };
    await replica({ senders: hanging }).deliverDue();
    expect(await row("hangs")).toMatchObject({ attempts: 1, gave_up_at: null });
    expect((await row("hangs")).last_error).toMatch(/greeting|time/i);
    await silent.stop();
    clock.advance({ minutes: 1 });
    await replica({ senders: hanging }).deliverDue();
    expect((await row("hangs")).last_error).toMatch(/ECONNREFUSED/);
    clock.advance({ minutes: 1 });
    expect(await replica().deliverDue()).toBe(1);
  });

  it("is written to the log without SMTP_URL, and its row says so", async () => {
    await add(mail("logged"));
    expect(await replica({ senders: { mail: mailer(null) } }).deliverDue()).toBe(0);
    expect(await row("logged")).toMatchObject({
      gave_up_at: clock.now(),
      last_error: "SMTP_URL is not set: written to the log instead",
    });
  });
});

describe("webhooks", () => {
  it("are signed as standard-webhooks has it, with an id that is the same in every attempt", async () => {
    const secret = createWebhookSecret();
    clock.set(new Date());
    hooks.answer(503);
    await add(call("hook", `${hooks.url}/in?x=1`, secret));
    await replica().deliverDue();
    expect(await row("hook")).toMatchObject({ attempts: 1, last_error: "it answered 503", gave_up_at: null });
    hooks.answer(200);
    clock.advance({ minutes: 1 });
    expect(await replica().deliverDue()).toBe(1);
    const [first, second] = hooks.calls;
    expect(first?.headers["webhook-id"]).toBe(second?.headers["webhook-id"]);
    expect([second?.method, second?.path]).toEqual(["POST", "/in?x=1"]);
    const received = second ?? { body: "", headers: {} };
    expect(new Webhook(secret).verify(received.body, received.headers as Record<string, string>)).toEqual({
      type: "test",
      data: { n: 1 },
    });
    expect(() =>
      new Webhook(createWebhookSecret()).verify(received.body, received.headers as Record<string, string>),
    ).toThrow();
    expect(JSON.stringify(await row("hook"))).not.toContain(secret);
  });

  it("follow no redirect", async () => {
    const elsewhere = await startWebhookReceiver();
    hooks.answer(307, { location: elsewhere.url });
    await add(call("moved", hooks.url));
    await replica().deliverDue();
    expect(elsewhere.calls).toEqual([]);
    expect((await row("moved")).last_error).toBe("it answered 307");
    await elsewhere.stop();
  });

  it("are given up when the receiver says that it is gone", async () => {
    hooks.answer(410);
    await add(call("gone", hooks.url));
    await replica().deliverDue();
    expect(await row("gone")).toMatchObject({ attempts: 1, gave_up_at: clock.now() });
  });

  it("are tried again when the receiver hangs", async () => {
    const silent = await startSilentServer();
    await add(call("silent", `http://127.0.0.1:${silent.port}/`));
    await replica({ senders: { webhook: hook(undefined, impatientMs) } }).deliverDue();
    expect(await row("silent")).toMatchObject({ attempts: 1, gave_up_at: null, last_error: "no answer within 300 ms" });
    await silent.stop();
  });

  it("reach no private address, by number or by name", async () => {
    const strict = { senders: { webhook: hook({ allowPrivate: false, allowLoopback: false }) } };
    await add(call("number", hooks.url), call("name", hooks.url.replace("127.0.0.1", "localhost")));
    await replica(strict).deliverDue();
    for (const key of ["number", "name"]) {
      expect(await row(key)).toMatchObject({ attempts: 1, gave_up_at: clock.now() });
      expect((await row(key)).last_error).toContain("no public address");
    }
    expect(hooks.calls).toEqual([]);
  });
});
