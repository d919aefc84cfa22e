import type { Logger } from "pino";
import type { ClaimedDelivery, DeliveryContent, NewDelivery, OutboxStore } from "../stores/outbox-store.js";
import type { Clock } from "../types.js";
import { delayAfter } from "./backoff.js";
import { type SendOutcome, sendDeadlineMs } from "./send-outcome.js";

/** With the delays of backoff.ts these span some five hours: longer than most outages of a mail server. */
export const maxAttempts = 12;
const pollIntervalMs = 5_000;
const claimSize = 20;
const concurrentSends = 5;
// A claim takes this many rounds of sends at most, and a margin in which a process that was paused may still end one.
const leaseMs = (claimSize / concurrentSends + 1) * sendDeadlineMs;
// The database was away when a message had been taken by its receiver: so much is remembered until it can be said.
const maxUnsaid = 1_000;
const keepFinishedMs = 90 * 24 * 3_600_000;
const droppedAtOnce = 10_000;

export type Senders = {
  [Kind in DeliveryContent["kind"]]: (
    delivery: Extract<NewDelivery, { kind: Kind }>,
    createdAt: Date,
  ) => Promise<SendOutcome>;
};

export type DeliveryDeps = {
  outbox: OutboxStore;
  senders: Senders;
  /** Called before each look: puts into the outbox what is due elsewhere. */
  collect: () => Promise<unknown>;
  clock: Clock;
  logger: Pick<Logger, "warn" | "error">;
  random?: () => number;
};

export type Delivery = {
  /** Looks for due messages every few seconds. */
  start(): void;
  /** Looks no more and waits for the sends under way. */
  stop(): Promise<void>;
  /** Sends everything that is due now. Answers how many were delivered. Throws what the stores throw. */
  deliverDue(): Promise<number>;
  /** Drops messages that were finished three months ago. Answers how many. */
  dropFinished(): Promise<number>;
};

/**
 * Sends what is in the outbox, on any number of replicas: whoever claims a message has it until its lease ends. A message that its
 * receiver acknowledged is never sent again, but for one case that no sender can exclude: the process dies between the
 * acknowledgement and its note of it. Receivers see the same message id then.
 */
export function createDelivery({
  outbox,
  senders,
  collect,
  clock,
  logger,
  random = Math.random,
}: DeliveryDeps): Delivery {
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<unknown> = Promise.resolve();
  let isStopping = false;
  const unsaid = new Set<number>();

  async function deliverDue(): Promise<number> {
    await collect();
    let delivered = 0;
    while (!isStopping) {
      const now = clock();
      const claimed = await outbox.claim(now, new Date(now.getTime() + leaseMs), claimSize);
      delivered += await sendAll(claimed);
      if (claimed.length < claimSize) break;
    }
    return delivered;
  }

  async function sendAll(claimed: readonly ClaimedDelivery[]): Promise<number> {
    const queue = [...claimed];
    let delivered = 0;
    const work = async (): Promise<void> => {
      // One that stops leaves the rest of its claim to others: their leases end.
      for (let next = queue.shift(); next !== undefined && !isStopping; next = queue.shift()) {
        if (await deliver(next)) delivered += 1;
      }
    };
    const workers = await Promise.allSettled(Array.from({ length: concurrentSends }, work));
    for (const worker of workers) if (worker.status === "rejected") throw worker.reason;
    return delivered;
  }

  async function deliver(delivery: ClaimedDelivery): Promise<boolean> {
    const outcome = unsaid.has(delivery.deliveryKey) ? ({ kind: "sent" } as const) : await send(delivery);
    if (outcome.kind === "sent") {
      await note(delivery.deliveryKey);
      return true;
    }
    const about = {
      dedupeKey: delivery.dedupeKey,
      kind: delivery.kind,
      attempts: delivery.attempts,
      reason: outcome.reason,
    };
    if (outcome.kind === "refused" || delivery.attempts >= maxAttempts) {
      logger.error(about, "a message was given up");
      await outbox.settle(delivery.deliveryKey, { kind: "gave_up", error: outcome.reason }, clock());
    } else {
      logger.warn(about, "a message could not be sent; it is tried again");
      const nextAttemptAt = new Date(clock().getTime() + delayAfter(delivery.attempts, random));
      await outbox.settle(delivery.deliveryKey, { kind: "retry", nextAttemptAt, error: outcome.reason }, clock());
    }
    return false;
  }

  async function send(delivery: ClaimedDelivery): Promise<SendOutcome> {
    try {
      switch (delivery.kind) {
        case "log":
          return await senders.log(delivery, delivery.createdAt);
        case "mail":
          return await senders.mail(delivery, delivery.createdAt);
        case "webhook":
          return await senders.webhook(delivery, delivery.createdAt);
      }
    } catch (error) {
      // A sender's bug is its message's fault at most: others go on.
      logger.error({ err: error, dedupeKey: delivery.dedupeKey }, "a message broke its sender");
      return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
    }
  }

  async function note(deliveryKey: number): Promise<void> {
    if (unsaid.size < maxUnsaid) unsaid.add(deliveryKey);
    await outbox.settle(deliveryKey, { kind: "delivered" }, clock());
    unsaid.delete(deliveryKey);
  }

  function look(): void {
    timer = null;
    running = deliverDue()
      .catch((error: unknown) => logger.warn({ err: error }, "messages could not be looked after"))
      .finally(() => {
        if (!isStopping) timer = setTimeout(look, pollIntervalMs).unref();
      });
  }

  return {
    deliverDue,
    start() {
      if (!isStopping && timer === null) timer = setTimeout(look, 0).unref();
    },
    async stop() {
      isStopping = true;
      if (timer !== null) clearTimeout(timer);
      await running;
    },
    dropFinished: () => outbox.dropFinished(new Date(clock().getTime() - keepFinishedMs), droppedAtOnce),
  };
}
