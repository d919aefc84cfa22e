import type { MailPayload } from "../stores/outbox-store.js";
import type { ReportSubscriptionRow } from "../stores/report-subscription-store.js";
import type { ReportPage } from "./compose.js";
import { renderReportMail } from "./mail/report-mail.js";
import { renderReportText } from "./report-text.js";

/** Of the service that the links of its mails lead to, without a slash at its end. */
export type ReportLinks = { publicUrl: string };

/** A report as the mail to one receiver. Whoever opens its unsubscribe link needs nothing but the token. */
export function toReportMail(
  page: ReportPage,
  { address }: Pick<ReportSubscriptionRow, "address">,
  token: string,
  { publicUrl }: ReportLinks,
): MailPayload {
  const unsubscribe = `${publicUrl}/reports/unsubscribe/${token}`;
  const links = { service: publicUrl, unsubscribe };
  return {
    to: address,
    subject: `${page.title}, ${page.week}`,
    text: renderReportText(page, links),
    html: renderReportMail(page, links),
    headers: {
      "List-Unsubscribe": `<${unsubscribe}>`,
      // RFC 8058 knows one click by https alone.
      ...(publicUrl.startsWith("https:") ? { "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" } : {}),
    },
  };
}
