import {
  type Budget,
  budgetModes,
  budgetPatchSchema,
  budgetScopes,
  type ChangedBudget,
  calendarPeriods,
  maxPageSize,
  newBudgetSchema,
} from "@mobigen/analytics-contract";
import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import type { Domain } from "../app/domain.js";
import { parseBody } from "../http/parse.js";
import { actor, printTable, runOnDomain } from "./run.js";

type SetOptions = {
  period: string;
  timezone: string;
  limit: string;
  mode?: string;
  name?: string;
  thresholds?: number[];
  log?: boolean;
  email?: string[];
  webhook?: string[];
};

/** budgets list, set, remove. */
export function addBudgetCommands(program: Command): void {
  const budgets = program.command("budgets").description("Limits of what LLM calls may cost, in US dollars");
  budgets
    .command("list")
    .description("Every budget, and what its running period has come to")
    .action(() =>
      runOnDomain(async (domain) => {
        printTable((await listAll(domain)).map(toRow), "There is no budget.");
        return 0;
      }),
    );
  budgets
    .command("set")
    .description("Make a budget, or change the one of that scope, period and time zone")
    .addArgument(new Argument("<scope>").choices(budgetScopes))
    .argument("[id]", "which user, project or feature; none for the platform")
    .requiredOption("--limit <dollars>", "a period")
    .addOption(new Option("--period <period>", "calendar period").choices(calendarPeriods).default("month"))
    .option("--timezone <zone>", "IANA time zone in which periods begin", "UTC")
    .addOption(new Option("--mode <mode>", "soft tells, hard denies as well (default: soft)").choices(budgetModes))
    .option("--name <name>", "what to call it")
    .option("--thresholds <percentages>", "at which to tell, such as 50,80,100", toPercentages)
    .option("--log", "tell the service's log; the default where nobody else is told")
    .option("--email <addresses...>", "tell these addresses")
    .option("--webhook <urls...>", "tell these URLs; a new one's secret is shown this once")
    .action((scope: string, id: string | undefined, options: SetOptions) =>
      runOnDomain(async (domain) => {
        const budget = await setBudget(domain, scope, id, options);
        printTable([toRow(budget)], "");
        for (const { url, secret } of budget.webhookSecrets) console.log(`\nSecret of ${url}: ${secret}`);
        return 0;
      }),
    );
  budgets
    .command("remove <budget-id>")
    .description("Remove a budget with its alerts and reservations")
    .action((budgetId: string) =>
      runOnDomain(async (domain) => {
        await domain.budgets.remove(budgetId, actor);
        console.log(`Budget ${budgetId} is removed.`);
        return 0;
      }),
    );
}

async function setBudget(
  domain: Domain,
  scope: string,
  id: string | undefined,
  { period, timezone, ...options }: SetOptions,
): Promise<ChangedBudget> {
  const settings = toSettings(options);
  const wanted = parseBody(newBudgetSchema, {
    scope,
    ...(id === undefined ? {} : { scopeId: id }),
    period,
    timezone,
    ...settings,
  });
  const known = (await listAll(domain)).find(
    (budget) =>
      budget.scope === scope &&
      budget.scopeId === (id ?? null) &&
      budget.period === period &&
      budget.timezone === timezone,
  );
  if (known === undefined) return domain.budgets.create(wanted, actor);
  return domain.budgets.update(known.id, parseBody(budgetPatchSchema, settings), actor);
}

function toSettings({
  limit,
  mode,
  name,
  thresholds,
  log,
  email = [],
  webhook = [],
}: Omit<SetOptions, "period" | "timezone">) {
  const channels = [
    ...(log === true ? [{ type: "log" }] : []),
    ...email.map((to) => ({ type: "email", to })),
    ...webhook.map((url) => ({ type: "webhook", url })),
  ];
  return {
    limit,
    ...(mode === undefined ? {} : { mode }),
    ...(name === undefined ? {} : { name }),
    ...(thresholds === undefined ? {} : { thresholds }),
    ...(channels.length === 0 ? {} : { channels }),
  };
}

async function listAll({ budgets }: Domain): Promise<Budget[]> {
  const all: Budget[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Budget[]; nextCursor: string | null } = await budgets.list({
      limit: maxPageSize,
      ...(cursor === null ? {} : { cursor }),
    });
    all.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return all;
}

function toRow(budget: Budget) {
  const { id, name, scope, scopeId, period, timezone, mode, limit, spent, reserved, remaining, resetsAt } = budget;
  return {
    id,
    name,
    for: scopeId === null ? scope : `${scope} ${scopeId}`,
    period: timezone === "UTC" ? period : `${period} (${timezone})`,
    mode,
    limit,
    spent,
    reserved,
    remaining,
    "resets at": resetsAt,
  };
}

function toPercentages(text: string): number[] {
  if (!/^\d{1,4}(,\d{1,4})*$/.test(text))
    throw new InvalidArgumentError("They must be percentages, such as 50,80,100.");
  return text.split(",").map(Number);
}
