import { createHash } from "node:crypto";
import { createTransport } from "nodemailer";
import type { Logger } from "pino";
import type { MailPayload, NewDelivery } from "../stores/outbox-store.js";
import { type SendOutcome, sendDeadlineMs, toReason } from "./send-outcome.js";

// Of silence, after which a server is taken for one that hangs: three of them fit in the deadline.
const defaultSilenceMs = 8_000;

export type MailerOptions = {
  /** `smtp://user:password@host:port` or `smtps://…`; null: mail is written to the log instead. */
  smtpUrl: string | null;
  from: string | null;
  logger: Pick<Logger, "warn">;
  silenceMs?: number;
  deadlineMs?: number;
};

type MailDelivery = Extract<NewDelivery, { kind: "mail" }>;

/**
 * Sends mail over SMTP, a connection a message. What the server refuses for good (a 5xx to the address or the message) is
 * `refused`; everything else, a wrong password too, is worth another try. A message has the same Message-ID in every attempt: a
 * mailbox that got it twice, because the server's "250" was lost, can tell.
 */
export function createMailer({
  smtpUrl,
  from,
  logger,
  silenceMs = defaultSilenceMs,
  deadlineMs = sendDeadlineMs,
}: MailerOptions): (delivery: MailDelivery, createdAt: Date) => Promise<SendOutcome> {
  if (smtpUrl === null || from === null) {
    return async ({ payload }) => {
      const { to, subject, text } = payload;
      logger.warn({ to, subject, text }, "mail that can't be sent: SMTP_URL is not set");
      return { kind: "refused", reason: "SMTP_URL is not set: written to the log instead" };
    };
  }
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: silenceMs,
    greetingTimeout: silenceMs,
    socketTimeout: silenceMs,
    dnsTimeout: silenceMs,
    // A payload is data: nothing in it is read from a file or fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  return async ({ dedupeKey, payload }, createdAt) => {
    const message = toMessage(payload, { from, dedupeKey, createdAt });
    try {
      await within(deadlineMs, transport.sendMail(message));
      return { kind: "sent" };
    } catch (error) {
      return toFailure(error);
    }
  };
}

function toMessage(
  { to, subject, text, html, headers }: MailPayload,
  { from, dedupeKey, createdAt }: { from: string; dedupeKey: string; createdAt: Date },
) {
  const domain = /@([^@>\s]+)>?\s*$/.exec(from)?.[1] ?? "localhost";
  const id = createHash("sha256").update(dedupeKey).digest("hex").slice(0, 32);
  return {
    from,
    // An address, never a list: what was asked for is one receiver.
    to: { name: "", address: to },
    subject,
    text,
    ...(html === undefined ? {} : { html }),
    messageId: `<${id}@${domain}>`,
    date: createdAt,
    headers: { "Auto-Submitted": "auto-generated", ...headers },
  };
}

function toFailure(error: unknown): SendOutcome {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  const reason = toReason(error instanceof Error ? error.message : String(error));
  const isAboutMessage = code === "EENVELOPE" || code === "EMESSAGE";
  const isFinal = isAboutMessage && typeof responseCode === "number" && responseCode >= 500;
  return { kind: isFinal ? "refused" : "failed", reason };
}

async function within<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the mail server took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
