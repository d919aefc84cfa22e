import { describe, expect, it } from "vitest";
import { costShare, reportNumbers } from "../../test/support/report-numbers.js";
import { composeReport } from "./compose.js";
import { toReportMail } from "./report-message.js";
import type { ReportNumbers } from "./weekly-report.js";

const publicUrl = "https://analytics.example.com";
const receiver = { address: "owner@example.com" };
const mailOf = (numbers: ReportNumbers, links = { publicUrl }) =>
  toReportMail(composeReport(numbers), receiver, "token", links);

const hostile = [
  `<script>alert(1)</script>`,
  `<img src=x onerror=alert(1)>`,
  `"><a href="https://evil.example">click</a>`,
  `</style><style>*{display:none}</style>`,
  `</title><h1>x</h1>`,
  `&lt;b&gt; {{constructor}} \${1}`,
];

function withNames(names: readonly string[]): ReportNumbers {
  return reportNumbers({
    subject: { scope: "project", id: names[0] ?? "", name: names[0] ?? "" },
    totals: { cost: [100, 10], requests: [10, 10], active_users: [500, 100], app_events: [9_007_199_254_740_991, 1] },
    models: names.map((name) => costShare(name, 20)),
    projects: names.map((name) => costShare(name, 20)),
    screens: names.map((name) => ({ name, views: 1_000 })),
  });
}

describe("a report's mail", () => {
  it("holds hostile names as text, in the HTML as in the plain text", () => {
    const { html = "", text } = mailOf(withNames(hostile));
    expect(html).not.toMatch(/<script|<img|onerror=[^&]*>|<h1>x|evil\.example"|<style>\*/);
    expect(html.match(/<style/g)).toHaveLength(1);
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
      `${publicUrl}/reports/unsubscribe/token`,
      publicUrl,
    ]);
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    for (const name of hostile) expect(text).toContain(name.slice(0, 40));
  });

  it("keeps a subject and its lines in one line each", () => {
    const { subject, text } = mailOf(withNames(["Shop\r\nBcc: everybody@example.com\n\nHello"]));
    expect(subject).toBe("Weekly report on Shop Bcc: everybody@example.com Hello, 9–15 March 2026");
    expect(text).not.toMatch(/^Bcc:/m);
  });

  it("stays below the 102 KB at which Gmail cuts a mail off, with the longest names and numbers", () => {
    const { html = "" } = mailOf(withNames(Array.from({ length: 5 }, (_, n) => `${n}${"\u{1f600}&".repeat(100)}`)));
    expect(Buffer.byteLength(html)).toBeLessThan(102_000);
  });

  it("loads nothing and runs nothing: no image, no script, no font, no link but its own", () => {
    const { html = "" } = mailOf(withNames(["Shop"]));
    expect(html).not.toMatch(/<img|<script|<link|@import|url\(|@font-face| on\w+=/i);
  });

  it("has one-click headers where the service has https, and the link alone where not", () => {
    expect(mailOf(reportNumbers()).headers).toEqual({
      "List-Unsubscribe": `<${publicUrl}/reports/unsubscribe/token>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    });
    expect(mailOf(reportNumbers(), { publicUrl: "http://localhost:7000" }).headers).toEqual({
      "List-Unsubscribe": "<http://localhost:7000/reports/unsubscribe/token>",
    });
  });

  it("says of a week in which nothing happened that there was nothing", () => {
    const { html = "", text } = mailOf(reportNumbers());
    for (const part of [html, text]) {
      expect(part).toContain("Nothing out of the ordinary.");
      expect(part).not.toMatch(/NaN|Infinity|undefined|null|\[object/);
    }
  });
});
