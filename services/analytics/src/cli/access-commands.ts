import {
  keyScopes,
  maxPageSize,
  newKeySchema,
  newProjectSchema,
  newTokenSchema,
  type Page,
  type PageQuery,
  projectPatchSchema,
  tokenScopes,
} from "@mobigen/analytics-contract";
import { type Command, Option } from "commander";
import type { z } from "zod";
import { CommandError } from "./failure.js";
import { actor, printTable, runOnDomain } from "./run.js";
import { toCount } from "./to-count.js";

// What a terminal is good for; beyond it the API pages on.
const maxListed = 5_000;

/** projects, keys and tokens. */
export function addAccessCommands(program: Command): void {
  addProjects(program.command("projects").description("The registry of projects"));
  addKeys(program.command("keys").description("Keys that mobile apps send their events with"));
  addTokens(program.command("tokens").description("Tokens that services call with"));
}

function addProjects(projects: Command): void {
  projects
    .command("create <name>")
    .description("Register a project")
    .option("--id <id>", "its id (default: a new one)")
    .option("--owner <id>", "whom it belongs to")
    .option("--timezone <zone>", "IANA time zone (default: UTC)")
    .option("--events-per-minute <n>", "its rate limit", toCount)
    .option("--retention-days <n>", "days that raw rows stay before they are archived", toCount)
    .action((name: string, { owner: ownerId, ...settings }) =>
      runOnDomain(async (domain) => {
        const wanted = check(newProjectSchema, { name, ownerId, ...settings });
        console.log(JSON.stringify(await domain.projects.create(wanted, actor), null, 2));
        return 0;
      }),
    );
  projects
    .command("update <id>")
    .description("Change a project; what is not named stays")
    .option("--name <name>", "what it is called")
    .option("--owner <id>", "whom it belongs to")
    .option("--timezone <zone>", "IANA time zone")
    .option("--events-per-minute <n>", "its rate limit", toCount)
    .option("--retention-days <n>", "days that raw rows stay before they are archived", toCount)
    .action((id: string, { owner: ownerId, ...settings }) =>
      runOnDomain(async (domain) => {
        const patch = check(projectPatchSchema, { ownerId, ...settings });
        console.log(JSON.stringify(await domain.projects.update(id, patch, actor), null, 2));
        return 0;
      }),
    );
  projects
    .command("list")
    .description("Projects that are not deleted, newest first")
    .action(() =>
      runOnDomain(async (domain) => {
        const all = await listAll((query) => domain.projects.list(query));
        const rows = all.map(({ id, name, timezone, eventsPerMinute, retentionDays, createdAt }) => {
          return { id, name, timezone, "events/min": eventsPerMinute, "days kept": retentionDays, created: createdAt };
        });
        printTable(rows, "There is no project yet.");
        return 0;
      }),
    );
}

function addKeys(keys: Command): void {
  keys
    .command("create <project>")
    .description("Make a key for a project; it is shown this once")
    .option("--name <name>", "what to call it")
    .addOption(new Option("--scopes <scopes...>", "what it opens").choices(keyScopes).default(["ingest"]))
    .action((project: string, { name, scopes }) =>
      runOnDomain(async (domain) => {
        const created = await domain.keys.create(project, check(newKeySchema, { name, scopes }), actor);
        console.log(JSON.stringify(created, null, 2));
        return 0;
      }),
    );
  keys
    .command("list <project>")
    .description("A project's keys by their prefixes, newest first")
    .action((project: string) =>
      runOnDomain(async (domain) => {
        const all = await listAll((query) => domain.keys.list(project, query));
        printTable(all.map(toRow), "The project has no key yet.");
        return 0;
      }),
    );
  keys
    .command("revoke <project> <key-id>")
    .description("Revoke a key; a running service refuses it within ten seconds")
    .action((project: string, keyId: string) =>
      runOnDomain(async (domain) => {
        await domain.keys.revoke(project, keyId, actor);
        console.log(`Key ${keyId} is revoked.`);
        return 0;
      }),
    );
}

function addTokens(tokens: Command): void {
  tokens
    .command("create <name>")
    .description("Make a service token; it is shown this once")
    .addOption(new Option("--scopes <scopes...>", "what it may do").choices(tokenScopes).makeOptionMandatory())
    .action((name: string, { scopes }) =>
      runOnDomain(async (domain) => {
        const created = await domain.tokens.create(check(newTokenSchema, { name, scopes }), actor);
        console.log(JSON.stringify(created, null, 2));
        return 0;
      }),
    );
  tokens
    .command("list")
    .description("Service tokens by their prefixes, newest first")
    .action(() =>
      runOnDomain(async (domain) => {
        const all = await listAll((query) => domain.tokens.list(query));
        printTable(all.map(toRow), "There is no token yet.");
        return 0;
      }),
    );
  tokens
    .command("revoke <token-id>")
    .description("Revoke a token; a running service refuses it within ten seconds")
    .action((tokenId: string) =>
      runOnDomain(async (domain) => {
        await domain.tokens.revoke(tokenId, actor);
        console.log(`Token ${tokenId} is revoked.`);
        return 0;
      }),
    );
}

type Credential = {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  createdAt: string;
  lastUsedAt: string | null;
  revokedAt: string | null;
};

function toRow({ id, name, prefix, scopes, createdAt, lastUsedAt, revokedAt }: Credential) {
  return {
    id,
    name,
    prefix,
    scopes: scopes.join(","),
    created: createdAt,
    "last used": lastUsedAt,
    revoked: revokedAt,
  };
}

/** Arguments as the API would take them in a body. */
function check<Schema extends z.ZodType>(schema: Schema, given: Record<string, unknown>): z.output<Schema> {
  const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const result = schema.safeParse(defined);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new CommandError(faults.join("; "));
}

async function listAll<Item>(list: (query: PageQuery) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await list({ limit: maxPageSize, ...(cursor === null ? {} : { cursor }) });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < maxListed);
  return items;
}
