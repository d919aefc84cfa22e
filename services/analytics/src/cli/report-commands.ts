import {
  maxPageSize,
  newReportSubscriptionSchema,
  type ReportSubscription,
  reportScopes,
} from "@mobigen/analytics-contract";
import { Argument, type Command } from "commander";
import type { Domain } from "../app/domain.js";
import { parseBody } from "../http/parse.js";
import { actor, printTable, runOnDomain } from "./run.js";

/** reports subscribe, list, unsubscribe. */
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
