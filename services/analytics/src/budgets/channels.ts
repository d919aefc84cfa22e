import type { BudgetChannel } from "@mobigen/analytics-contract";
import { ApiError } from "../errors.js";
import type { BudgetChannelRow } from "../stores/budget-store.js";

export type WebhookRules = {
  /** Why a URL can't be called from here, e.g. because it names a private address; null where nothing is known against it. */
  faultOfUrl: (url: string) => string | null;
  /** A new standard-webhooks secret. */
  createSecret: () => string;
};

/** Channels as they are kept: a webhook that is among the known ones keeps its secret. @throws ApiError invalid_body */
export function toChannelRows(
  wanted: readonly BudgetChannel[],
  known: readonly BudgetChannelRow[],
  { faultOfUrl, createSecret }: WebhookRules,
): BudgetChannelRow[] {
  return wanted.map((channel, n) => {
    if (channel.type !== "webhook") return channel;
    const fault = faultOfUrl(channel.url);
    if (fault !== null) {
      const pointer = `/channels/${n}/url`;
      throw new ApiError("invalid_body", `${pointer} ${fault}.`, { errors: [{ pointer, reason: fault }] });
    }
    return { ...channel, secret: secretOf(known, channel.url) ?? createSecret() };
  });
}

function secretOf(channels: readonly BudgetChannelRow[], url: string): string | undefined {
  return channels.flatMap((channel) => (channel.type === "webhook" && channel.url === url ? [channel.secret] : []))[0];
}

/** The secrets that the known ones did not have. */
export function newSecrets(channels: readonly BudgetChannelRow[], known: readonly BudgetChannelRow[]) {
  return channels.flatMap((channel) =>
    channel.type === "webhook" && secretOf(known, channel.url) === undefined
      ? [{ url: channel.url, secret: channel.secret }]
      : [],
  );
}
