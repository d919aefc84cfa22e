import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { type ReportScope, timeZoneSchema } from "@mobigen/analytics-contract";
import type { Domain } from "../app/domain.js";
import { composeReport } from "../reports/compose.js";
import { toReportMail } from "../reports/report-message.js";
import { CommandError } from "./failure.js";
import { takeScreenshots } from "./screenshot.js";

export type PreviewOptions = { timezone: string; at?: Date; out?: string };

export type Preview = PreviewOptions & { scope: ReportScope; id: string | null; folder: string };

/** Writes a report's files into the folder. Answers a line about each, for whoever asked. */
export async function writePreview(domain: Domain, { scope, id, folder, ...options }: Preview): Promise<string[]> {
  const zone = timeZoneSchema.safeParse(options.timezone);
  if (!zone.success) throw new CommandError(`${options.timezone} is no IANA time zone, such as Europe/Berlin.`);
  const numbers = await domain.reports.read(scope, id, zone.data, options.at ?? new Date());
  const mail = toReportMail(composeReport(numbers), { address: "preview@example.com" }, "a-token-of-the-preview", {
    publicUrl: "https://analytics.example.com",
  });
  await mkdir(folder, { recursive: true });
  // Of an id that may hold a slash, and of two that differ in such letters only, the file name is a hint.
  const name = ["report", scope, ...(id === null ? [] : [id.replace(/[^\w-]/g, "_").slice(0, 60)])].join("-");
  const html = path.join(folder, `${name}.html`);
  const text = path.join(folder, `${name}.txt`);
  await writeFile(html, mail.html ?? "");
  await writeFile(text, mail.text);
  const pictures = await takeScreenshots(mail.html ?? "", folder, name);
  return [
    `${mail.subject}`,
    html,
    text,
    ...(pictures ?? ["No pictures: there is no browser. `pnpm install` without --prod brings one."]),
  ];
}
