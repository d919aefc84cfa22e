import { createBudgetAlerts } from "../budgets/alerts.js";
import { createBudgets } from "../budgets/budgets.js";
import { createBudgetGate } from "../budgets/gate.js";
import type { Config } from "../config.js";
import { createDelivery } from "../delivery/delivery.js";
import { createMailer } from "../delivery/mailer.js";
import { createMessages } from "../delivery/messages.js";
import { createWebhookSecret, createWebhookSender, faultOfUrl } from "../delivery/webhook.js";
import type { Logger } from "../logger.js";
import type { PriceList } from "../price-list.js";
import { priceCall } from "../pricing.js";
import { createBudgetStore } from "../stores/postgres/budget-store.js";
import { createOutboxStore } from "../stores/postgres/outbox-store.js";
import type { Clock } from "../types.js";
import { readVersion } from "../version.js";

export type BudgetPartsDeps = {
  pool: Parameters<typeof createBudgetStore>[0];
  config: Config;
  prices: PriceList;
  clock: Clock;
  logger: Logger;
};

/** Budgets, what is asked of them before a call, their alerts, and how messages go out. */
export function createBudgetParts({ pool, config, prices, clock, logger }: BudgetPartsDeps) {
  const store = createBudgetStore(pool);
  const alerts = createBudgetAlerts({ store, clock, publicUrl: config.publicUrl });
  const rules = { allowPrivate: config.webhookAllowPrivate, allowLoopback: config.environment !== "production" };
  const outbox = createOutboxStore(pool);
  const delivery = createDelivery({
    outbox,
    senders: {
      log: async ({ payload }) => {
        logger.warn(payload.fields, payload.message);
        return { kind: "sent" };
      },
      mail: createMailer({ smtpUrl: config.smtpUrl, from: config.mailFrom, logger }),
      webhook: createWebhookSender({ rules, clock, userAgent: `mobigen-analytics/${readVersion()}` }),
    },
    collect: alerts.announce,
    clock,
    logger,
  });
  return {
    budgets: createBudgets({
      store,
      clock,
      webhooks: { faultOfUrl: (url) => faultOfUrl(url, rules), createSecret: createWebhookSecret },
      noteCrossings: alerts.noteCrossings,
    }),
    budgetGate: createBudgetGate({
      store,
      clock,
      estimateCost({ model, provider, inputTokens, outputTokens }, now) {
        const price = prices.priceOf({ provider, model, serviceTier: null, at: now.getTime() });
        if (price === undefined) return null;
        const noCache = { cacheReadTokens: 0, cacheWriteTokens: 0, cacheWrite1hTokens: 0 };
        const { inputCost, outputCost } = priceCall({ inputTokens, outputTokens, ...noCache }, price);
        return inputCost.plus(outputCost);
      },
    }),
    budgetAlerts: alerts,
    ...{ outbox, delivery },
    messages: createMessages({ outbox, clock }),
  };
}
