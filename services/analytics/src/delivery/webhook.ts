import { createHash, randomBytes } from "node:crypto";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { Webhook } from "standardwebhooks";
import type { NewDelivery } from "../stores/outbox-store.js";
import type { Clock } from "../types.js";
import { AddressRefused, type AddressRules, createGuardedLookup, faultOfHost } from "./address-guard.js";
import { type SendOutcome, toReason } from "./send-outcome.js";

const defaultTimeoutMs = 10_000;
const secretBytes = 32;
// "This endpoint is gone": the one refusal that standard-webhooks takes for final.
const gone = 410;

export type WebhookSenderOptions = { rules: AddressRules; clock: Clock; userAgent: string; timeoutMs?: number };

type WebhookDelivery = Extract<NewDelivery, { kind: "webhook" }>;

/** A secret as standard-webhooks has it: shown once, kept as it is, for it signs. */
export function createWebhookSecret(): string {
  return `whsec_${randomBytes(secretBytes).toString("base64")}`;
}

/** Why a webhook's URL can't be called, as far as it says itself; null where only a look-up can tell. */
export function faultOfUrl(url: string, rules: AddressRules): string | null {
  return faultOfHost(new URL(url).hostname, rules);
}

/**
 * Posts JSON, signed as standardwebhooks.com has it: `webhook-id` (the same in every attempt), `webhook-timestamp`,
 * `webhook-signature`. Any 2xx is an acknowledgement. No redirect is followed, no private address reached, no answer read.
 */
export function createWebhookSender({
  rules,
  clock,
  userAgent,
  timeoutMs = defaultTimeoutMs,
}: WebhookSenderOptions): (delivery: WebhookDelivery) => Promise<SendOutcome> {
  const lookup = createGuardedLookup(rules);

  return async ({ dedupeKey, payload }) => {
    const url = new URL(payload.url);
    const fault = faultOfHost(url.hostname, rules);
    if (fault !== null) return { kind: "refused", reason: fault };
    const body = JSON.stringify(payload.body);
    const headers = { ...signed(payload.secret, dedupeKey, clock(), body), "user-agent": userAgent };
    try {
      const status = await post(url, body, { headers, lookup, timeoutMs });
      if (status >= 200 && status < 300) return { kind: "sent" };
      return { kind: status === gone ? "refused" : "failed", reason: `it answered ${status}` };
    } catch (error) {
      const reason = toReason(error instanceof Error ? error.message : String(error));
      return { kind: error instanceof AddressRefused ? "refused" : "failed", reason };
    }
  };
}

function signed(secret: string, dedupeKey: string, now: Date, body: string): Record<string, string> {
  const id = `msg_${createHash("sha256").update(dedupeKey).digest("base64url").slice(0, 27)}`;
  return {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
    "webhook-signature": new Webhook(secret).sign(id, now, body),
  };
}

type PostOptions = {
  headers: Record<string, string>;
  lookup: ReturnType<typeof createGuardedLookup>;
  timeoutMs: number;
};

/** The status. Rejects when there is none within the time. */
function post(url: URL, body: string, { headers, lookup, timeoutMs }: PostOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? requestHttps : requestHttp;
    // Of its own connection: one that is kept would be one that was looked up for another time.
    const request = send(url, {
      method: "POST",
      headers,
      lookup,
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
    });
    request.on("response", (response) => {
      resolve(response.statusCode ?? 0);
      // What it says besides is of no interest, and may have no end.
      response.destroy();
    });
    request.on("error", (error) => {
      reject(
        error.name === "AbortError" || error.name === "TimeoutError"
          ? new Error(`no answer within ${timeoutMs} ms`)
          : error,
      );
    });
    request.end(body);
  });
}
