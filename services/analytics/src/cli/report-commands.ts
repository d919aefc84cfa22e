import path from "node:path";
import {
  maxPageSize,
  newReportSubscriptionSchema,
  type ReportScope,
  type ReportSubscription,
  reportScopes,
} from "@mobigen/analytics-contract";
import { Argument, type Command } from "commander";
import type { Domain } from "../app/domain.js";
import { parseBody } from "../http/parse.js";
import { windowBefore } from "../jobs/job.js";
import { CommandError } from "./failure.js";
import { toInstant } from "./job-commands.js";
import { type PreviewOptions, writePreview } from "./report-preview.js";
import { actor, printTable, runOnDomain } from "./run.js";

/** reports subscribe, list, unsubscribe, preview, send. */
export function addReportCommands(program: Command): void {
  const reports = program.command("reports").description("The weekly report by mail");
  reports
    .command("subscribe")
    .description("Mail the weekly report on the platform, a user or a project to an address")
    .addArgument(new Argument("<scope>").choices(reportScopes))
    .argument("[id]", "which user or project; none for the platform")
    .requiredOption("--to <address>", "one mail address")
    .option("--timezone <zone>", "IANA time zone in which weeks begin (default: the project's, else UTC)")
    .action((scope: string, scopeId: string | undefined, { to, timezone }: { to: string; timezone?: string }) =>
      runOnDomain(async ({ subscriptions }) => {
        const wanted = { scope, scopeId, address: to, timezone };
        printTable([toRow(await subscriptions.create(parseBody(newReportSubscriptionSchema, wanted), actor))], "");
        return 0;
      }),
    );
  reports
    .command("list")
    .description("Every subscription")
    .action(() =>
      runOnDomain(async (domain) => {
        printTable((await listAll(domain)).map(toRow), "There is no subscription.");
        return 0;
      }),
    );
  reports
    .command("unsubscribe <subscription-id>")
    .description("Delete a subscription, with its mails that were not sent yet")
    .action((id: string) =>
      runOnDomain(async ({ subscriptions }) => {
        await subscriptions.remove(id, actor);
        console.log(`Subscription ${id} is deleted.`);
        return 0;
      }),
    );
  reports
    .command("preview")
    .description(
      "Write a report as its mail would have it: HTML, plain text, and pictures of it where there is a browser",
    )
    .addArgument(new Argument("[scope]").choices(reportScopes).default("platform"))
    .argument("[id]", "which user or project")
    .option("--timezone <zone>", "IANA time zone in which weeks begin", "UTC")
    .option("--at <time>", "as it would have been then, e.g. 2026-11-22 (default: now)", toInstant)
    .option("--out <folder>", "where to write the files (default: reports in DATA_DIR)")
    .action((scope: ReportScope, id: string | undefined, options: PreviewOptions) =>
      runOnDomain(async (domain, config) => {
        if ((scope === "platform") !== (id === undefined) || id === "") {
          throw new CommandError("A user or a project is named by its id, the platform by nothing.");
        }
        const folder = options.out ?? path.join(config.dataDir, "reports");
        for (const line of await writePreview(domain, { scope, id: id ?? null, folder, ...options })) console.log(line);
        return 0;
      }),
    );
  reports
    .command("send")
    .description("Mail the report as it is now to a subscriber; without one, last Sunday's to all who have not got it")
    .argument("[subscription-id]")
    .action((id: string | undefined) =>
      runOnDomain(async ({ reports, schedule, delivery }) => {
        if (id !== undefined) {
          await reports.sendNow(id);
          console.log("It waits in the outbox.");
        } else console.log(JSON.stringify(await sendLastWindow(reports, schedule)));
        const delivered = await delivery.deliverDue();
        console.log(`${delivered} messages were delivered just now; see \`messages list\` for the others.`);
        return 0;
      }),
    );
}

function sendLastWindow(reports: Domain["reports"], schedule: Domain["schedule"]) {
  const job = schedule.jobs.find(({ name }) => name === "weekly");
  if (job === undefined) throw new Error("there is a weekly job");
  const now = new Date();
  // Nothing aborts it but the end of the process.
  const { signal } = new AbortController();
  return reports.sendWeek({ windowEnd: windowBefore(job.windows, now).end, now, signal });
}

async function listAll({ subscriptions }: Domain): Promise<ReportSubscription[]> {
  const all: ReportSubscription[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: ReportSubscription[]; nextCursor: string | null } = await subscriptions.list({
      limit: maxPageSize,
      ...(cursor === null ? {} : { cursor }),
    });
    all.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return all;
}

function toRow({ id, scope, scopeId, address, timezone, state, lastReportAt }: ReportSubscription) {
  return {
    id,
    about: scopeId === null ? scope : `${scope} ${scopeId}`,
    address,
    timezone,
    state,
    "last report": lastReportAt,
  };
}
