import type { Message, MessageQuery, Page } from "@mobigen/analytics-contract";
import { readPage } from "../cursor.js";
import { notFound } from "../errors.js";
import type { DeliveryContent, DeliveryRow, OutboxStore } from "../stores/outbox-store.js";
import type { Clock } from "../types.js";

export type MessagesDeps = { outbox: Pick<OutboxStore, "list" | "resend">; clock: Clock };

export type Messages = ReturnType<typeof createMessages>;

/** What was to be sent and what came of it, for whoever has to look after it. */
export function createMessages({ outbox, clock }: MessagesDeps) {
  return {
    /** Newest first. @throws ApiError invalid_query */
    list: ({ state = undefined, ...page }: MessageQuery): Promise<Page<Message>> =>
      readPage(
        page,
        (after, limit) => outbox.list({ state: state ?? null, before: after?.[0] ?? null, limit }),
        (row) => [row.deliveryKey, 0],
        toMessage,
      ),

    /**
     * Sends one that was given up once more, from its first attempt on and under the same id: a receiver that got it after all can
     * tell. @throws ApiError not_found
     */
    async resend(id: string, actor: string): Promise<Message> {
      const audit = { at: clock(), actor, action: "message.resend", target: id, detail: {} } as const;
      const row = /^\d{1,15}$/.test(id) ? await outbox.resend(Number(id), audit) : null;
      if (row === null) throw notFound("message that was given up", id);
      return toMessage(row);
    },
  };
}

function toMessage(row: DeliveryRow): Message {
  return {
    id: String(row.deliveryKey),
    kind: row.kind,
    ...describe(row),
    state: row.state,
    attempts: row.attempts,
    lastError: row.lastError,
    createdAt: row.createdAt.toISOString(),
    nextAttemptAt: row.state === "waiting" ? row.nextAttemptAt.toISOString() : null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

function describe(content: DeliveryContent): Pick<Message, "receiver" | "subject"> {
  switch (content.kind) {
    case "log":
      return { receiver: null, subject: content.payload.message };
    case "mail":
      return { receiver: content.payload.to, subject: content.payload.subject };
    case "webhook":
      return { receiver: content.payload.url, subject: null };
  }
}
