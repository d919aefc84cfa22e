import type {
  Message,
  MessageState,
  NewReportSubscription,
  Page,
  ReportSubscription,
  ReportSubscriptionPatch,
} from "@mobigen/analytics-contract";
import { pagesQuery } from "./pages";
import { pathOf, request } from "./request";

const pathOfSubscription = (subscriptionId: string): string =>
  pathOf("/reports/subscriptions/:subscriptionId", { subscriptionId });

/** Who gets the weekly report, newest first. */
export const subscriptionsQuery = pagesQuery<Page<ReportSubscription>>("/reports/subscriptions", { limit: 200 });

export function createSubscription(body: NewReportSubscription): Promise<ReportSubscription> {
  return request("/reports/subscriptions", { method: "POST", body });
}

export function changeSubscription(id: string, body: ReportSubscriptionPatch): Promise<ReportSubscription> {
  return request(pathOfSubscription(id), { method: "PATCH", body });
}

export function deleteSubscription(id: string): Promise<void> {
  return request(pathOfSubscription(id), { method: "DELETE" });
}

/** Mails, webhook calls and lines of the log that were to be sent, newest first. */
export function messagesQuery(state: MessageState | undefined) {
  return pagesQuery<Page<Message>>("/messages", { state });
}

export function resendMessage(messageId: string): Promise<unknown> {
  return request(pathOf("/messages/:messageId/resend", { messageId }), { method: "POST" });
}
