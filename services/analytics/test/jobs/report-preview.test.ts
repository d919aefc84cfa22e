import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writePreview } from "../../src/cli/report-preview.js";
import { composeReport } from "../../src/reports/compose.js";
import { renderReportMail } from "../../src/reports/mail/report-mail.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { openBrowser } from "../support/browser.js";
import { costShare, reportNumbers } from "../support/report-numbers.js";

let app: TestApp;
let folder: string;
beforeAll(async () => {
  app = await startTestApp();
  await app.createProject({ id: "a/b ../c", name: "Shop" });
  folder = await mkdtemp(path.join(os.tmpdir(), "preview-"));
});
afterAll(async () => {
  await app.stop();
  await rm(folder, { recursive: true });
});

describe("reports preview", () => {
  const options = { timezone: "Europe/Berlin", at: new Date("2026-03-15T00:00:00Z") };

  it("writes what the mail says, and pictures of it on a phone and on a desk, by day and by night", async () => {
    const preview = { scope: "project", id: "a/b ../c", folder, ...options } as const;
    const [subject, html = "", text = "", ...pictures] = await writePreview(app.domain, preview);
    expect(subject).toBe("Weekly report on Shop, 2–8 March 2026");
    expect(await readFile(html, "utf8")).toContain("Weekly report on Shop");
    expect(await readFile(text, "utf8")).toContain("Weekly report on Shop");
    const widths = await Promise.all(pictures.map(widthOf));
    expect(widths).toEqual([390, 390, 1024, 1024]);
    for (const file of [html, text, ...pictures]) expect(path.dirname(file)).toBe(folder);
  }, 120_000);

  it("is refused for what is not there", async () => {
    const preview = (more: object) =>
      writePreview(app.domain, { scope: "platform", id: null, folder, ...options, ...more });
    await expect(preview({ timezone: "Mars/Base" })).rejects.toThrow("no IANA time zone");
    await expect(preview({ scope: "project", id: "nowhere" })).rejects.toThrow('no project "nowhere"');
  });
});

describe("the mail in a browser", () => {
  it("needs no scrolling sideways, with the longest names and numbers, and goes dark with its reader", async () => {
    const name = "W".repeat(60);
    const [largest, before, cost] = [999_999_999, 99_999_999, 9_999_999];
    const page = composeReport(
      reportNumbers({
        subject: { scope: "project", id: name, name },
        timezone: "America/Argentina/ComodRivadavia",
        totals: { active_users: [largest, before], app_events: [largest, 1], cost: [cost, cost] },
        daily: new Map([["active_users", { days: Array(7).fill(largest), before: Array(7).fill(before) }]]),
        models: [costShare(name, cost)],
        screens: [{ name, views: largest }],
      }),
    );
    const mail = renderReportMail(page, { service: "https://a.example", unsubscribe: "https://a.example/u" });
    const browser = await openBrowser();
    for (const width of [390, 1024]) {
      for (const colorScheme of ["light", "dark"] as const) {
        const tab = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
        await tab.setContent(mail);
        // As text: it is code of the page, where there is a document.
        const shown = await tab.evaluate(`({
          width: document.documentElement.scrollWidth,
          card: getComputedStyle(document.querySelector(".card")).backgroundColor,
        })`);
        const card = colorScheme === "light" ? "rgb(255, 255, 255)" : "rgb(26, 32, 42)";
        expect(shown).toEqual({ width, card });
        await tab.close();
      }
    }
    await browser.close();
  }, 120_000);
});

/** Of a PNG, from its header. */
async function widthOf(file: string): Promise<number> {
  const png = await readFile(file);
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  return png.readUInt32BE(16);
}
