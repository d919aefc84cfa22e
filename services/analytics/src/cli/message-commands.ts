import { type Message, maxPageSize, messageQuerySchema, messageStates } from "@mobigen/analytics-contract";
import { type Command, Option } from "commander";
import type { Domain } from "../app/domain.js";
import { parseBody } from "../http/parse.js";
import { CommandError } from "./failure.js";
import { actor, printTable, runOnDomain } from "./run.js";
import { toCount } from "./to-count.js";

const defaultShown = 20;

/** messages list, resend. */
export function addMessageCommands(program: Command): void {
  const messages = program.command("messages").description("Mails and webhook calls that were to be sent");
  messages
    .command("list")
    .description("The latest, and what came of them")
    .addOption(new Option("--state <state>", "only those").choices(messageStates))
    .option("--limit <n>", "how many", toCount, defaultShown)
    .action(({ state, limit }: { state?: string; limit: number }) =>
      runOnDomain(async (domain) => {
        const query = { limit: Math.min(limit, maxPageSize), ...(state === undefined ? {} : { state }) };
        const { items } = await domain.messages.list(parseBody(messageQuerySchema, query));
        printTable(items.map(toRow), "There is no message.");
        return 0;
      }),
    );
  messages
    .command("resend")
    .description("Send what was given up once more, under the same Message-ID or webhook-id")
    .argument("[message-ids...]", "as `messages list` has them")
    .option("--all", "every message that was given up")
    .action((ids: string[], { all = false }: { all?: boolean }) =>
      runOnDomain(async (domain) => {
        if (all === ids.length > 0) throw new CommandError("Name the messages to send again, or --all.");
        const wanted = all ? await listGivenUp(domain) : ids;
        for (const id of wanted) await domain.messages.resend(id, actor);
        const delivered = await domain.delivery.deliverDue();
        console.log(`${wanted.length} messages wait again; ${delivered} were delivered just now.`);
        return 0;
      }),
    );
}

async function listGivenUp({ messages }: Domain): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Message[]; nextCursor: string | null } = await messages.list({
      state: "gave_up",
      limit: maxPageSize,
      ...(cursor === null ? {} : { cursor }),
    });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}

function toRow({ id, kind, receiver, subject, state, attempts, lastError, createdAt, nextAttemptAt }: Message) {
  return { id, created: createdAt, kind, receiver, subject, state, attempts, next: nextAttemptAt, error: lastError };
}
