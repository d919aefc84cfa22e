import { readFile, writeFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { problems, rejectReasons } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { variables } from "../../src/config.js";
import { examples } from "../../src/http/examples.js";
import { hourlyRun } from "../../src/http/job-examples.js";
import { operations } from "../../src/http/operations.js";
import { type SchemaName, schemas } from "../../src/http/schemas.js";
import { hours, windowBefore } from "../../src/jobs/job.js";
import { apiExamples, fillReplies, maskReply, runExample, variablesOf } from "../support/api-examples.js";
import { startTestApp, type TestApp } from "../support/app.js";

const pageUrl = (name: string) => new URL(`../../../../docs/${name}`, import.meta.url);
const api = await readFile(pageUrl("API.md"), "utf8");
const operating = await readFile(pageUrl("operations.md"), "utf8");
// UPDATE_DOCS=1 writes the replies of now into the page instead: read the difference before you keep it.
const isUpdate = process.env["UPDATE_DOCS"] === "1";

let app: TestApp;
beforeAll(async () => {
  // Of today: the commands take their times from the shell.
  app = await startTestApp({ now: new Date().toISOString() });
});
afterAll(() => app.stop());

/** The first cells of the table whose head begins so, without their back-ticks. */
function firstCells(page: string, head: string): string[] {
  const table = page.slice(page.indexOf(`\n${head}`) + 1).split("\n\n", 1)[0] ?? "";
  return table
    .split("\n")
    .slice(2)
    .map((line) => line.split("|")[1]?.replaceAll("`", "").trim() ?? "");
}

describe("docs/API.md", () => {
  it("has a section for every operation, and for none that is not there", () => {
    const described = [...api.matchAll(/^### `([A-Z]+ \/\S*)`$/gm)].map(([, operation]) => operation);
    expect(described.sort()).toEqual(operations.map(({ method, path }) => `${method} ${path}`).sort());
  });

  it("links to sections that are there", () => {
    const anchors = [...api.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) => anchorOf(title));
    const links = [...api.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(links.filter((link) => !anchors.includes(link ?? ""))).toEqual([]);
  });

  it("names every field", () => {
    const words = new Set(api.match(/\w+/g));
    for (const [name, schema] of Object.entries(schemas)) {
      const fields = fieldsOf(z.toJSONSchema(schema, { unrepresentable: "any" }));
      expect([name, fields.filter((field) => !words.has(field))]).toEqual([name, []]);
    }
  });

  it("has every problem code with its status", () => {
    const rows = [...api.matchAll(/^\| `(\w+)`\s*\| (\d{3})\s*\|/gm)].map(([, code, status]) => [code, Number(status)]);
    expect(rows).toEqual(Object.entries(problems).map(([code, { status }]) => [code, status]));
  });

  it("has every reason of a rejection, and whether a retry helps", () => {
    const rows = [...api.matchAll(/^\| `(\w+)`\s*\| (yes|no)\s*\|/gm)].map(([, reason, retry]) => [
      reason,
      retry === "yes",
    ]);
    const reasons = Object.entries(rejectReasons).map(([reason, { retryable }]) => [reason, retryable]);
    expect(rows.sort()).toEqual(reasons.sort());
  });

  it("shows commands that give the replies that it shows", async () => {
    await app.createProject({ id: "demo-app", name: "Demo App" });
    const { key } = await app.createKey("demo-app");
    await noteHourlyRun();
    const bearer = `Authorization: Bearer ${app.adminToken}`;
    let env = { URL: app.url, KEY: key, AUTH: bearer, JSON: "Content-Type: application/json" };
    const shown = apiExamples(api);
    expect(shown.length).toBe([...api.matchAll(/```bash\ncurl /g)].length);
    const replies: (string | null)[] = [];
    for (const { command, status, reply } of shown) {
      const given = await runExample(command, env);
      const body: unknown = given.body === "" ? null : JSON.parse(given.body);
      const [is, said] = [maskReply(body), maskReply(reply === null ? null : JSON.parse(reply || "null"))];
      env = { ...env, ...variablesOf(body) };
      replies.push(isDeepStrictEqual(is, said) ? null : given.body);
      if (!isUpdate) expect({ command, status: given.status, body: is }).toEqual({ command, status, body: said });
    }
    if (isUpdate) await writeFile(pageUrl("API.md"), fillReplies(api, replies));
    // A shell and a curl for each command.
  }, 120_000);
});

describe("the page to try the API", () => {
  const withBody = operations.flatMap(({ method, path, body = [] }) => body.map((name) => ({ method, path, name })));

  it.each(withBody)("fills in a $name that $method $path takes", async ({ method, path, name }) => {
    const projectId = `try-${name}`;
    await app.createProject({ id: projectId });
    const { key } = await app.createKey(projectId);
    const budgetId = path.includes(":budgetId") ? await makeBudget() : "";
    const subscriptionId = path.includes(":subscriptionId") ? await subscribe() : "";
    const ids = { ":projectId": projectId, ":budgetId": budgetId, ":subscriptionId": subscriptionId };
    const filled = Object.entries(ids).reduce((text, [parameter, id]) => text.replace(parameter, id), path);
    const { status } = await app.fetchJson(filled, {
      method,
      // Nobody can sign in with a made-up token.
      body: name === "SignIn" ? { token: app.adminToken } : examples[name satisfies SchemaName],
      ...(path.startsWith("/api/events") ? { key } : {}),
    });
    expect(status).toBeLessThan(300);
  });
});

/** As an hour's job leaves it; a real one's durations would differ from time to time. */
async function noteHourlyRun(): Promise<void> {
  const { start, end } = windowBefore(hours, app.clock.now());
  const claim = { job: "hourly", windowStart: start, attempt: 1 };
  const lease = { startedAt: end, leaseUntil: new Date(end.getTime() + 90_000) };
  await app.domain.runs.claim({ ...claim, windowEnd: end, runner: "analytics-1:1", byHand: false, ...lease });
  const finishedAt = new Date(end.getTime() + 127);
  await app.domain.runs.finish(claim, { status: "done", finishedAt, steps: hourlyRun.steps, error: null });
}

async function makeBudget(): Promise<string> {
  const { id } = await app.domain.budgets.create({ scope: "platform", period: "month", limit: 100 }, "test");
  return id;
}

async function subscribe(): Promise<string> {
  const { id } = await app.domain.subscriptions.create({ scope: "platform", address: "try@example.com" }, "test");
  return id;
}

describe("docs/operations.md", () => {
  it("has every variable", () => {
    expect(firstCells(operating, "| variable |").sort()).toEqual([...variables].sort());
  });

  it("has every metric of the service's own", async () => {
    const { body } = await app.fetchJson<string>("/internal/metrics");
    const own = [...body.matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name);
    const described = firstCells(operating, "| metric |");
    expect(described.filter((name) => !own.includes(name))).toEqual([]);
    expect(own.filter((name) => !/^(process|nodejs)_/.test(name) && !described.includes(name))).toEqual([]);
  });
});

/** The names of all fields in a JSON schema. */
function fieldsOf(json: unknown): string[] {
  if (typeof json !== "object" || json === null) return [];
  const { properties = {}, ...rest } = json as { properties?: Record<string, unknown> };
  return [...Object.keys(properties), ...[...Object.values(properties), ...Object.values(rest)].flatMap(fieldsOf)];
}

/** As GitHub makes it of a heading. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}
