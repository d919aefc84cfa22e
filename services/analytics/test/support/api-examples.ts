import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** A command of docs/API.md, and what the page says comes back. */
export type ApiExample = { command: string; status: number; reply: string | null };

const exampleShape =
  /```bash\n(curl [\s\S]*?)\n```\n\nReply (\d{3})(?:, without a body\.|:\n\n```json\n([\s\S]*?)```)/g;

/** Every command of the page that is followed by a reply, in order. */
export function apiExamples(page: string): ApiExample[] {
  return [...page.matchAll(exampleShape)].map(([, command = "", status, reply]) => {
    return { command, status: Number(status), reply: reply ?? null };
  });
}

/** Runs a command as a reader's shell would. @throws what curl says when it can't. */
export async function runExample(
  command: string,
  env: Record<string, string>,
): Promise<{ status: number; body: string }> {
  const { stdout } = await promisify(execFile)("/bin/sh", ["-c", `${command} -w '\n%{http_code}'`], {
    env: { PATH: process.env["PATH"], ...env },
  });
  const end = stdout.lastIndexOf("\n");
  return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) };
}

/** The page with these replies in place of those that it shows, in order; null leaves one as it is. */
export function fillReplies(page: string, replies: readonly (string | null)[]): string {
  let n = 0;
  return page.replace(exampleShape, (shown: string) => {
    const reply = replies[n++] ?? null;
    return reply === null
      ? shown
      : shown.replace(/```json\n[\s\S]*?```$/, () => `\`\`\`json\n${layOut(JSON.parse(reply))}\n\`\`\``);
  });
}

const maxLine = 110;

/** JSON with what fits in a line in a line. */
function layOut(value: unknown, indent = "", before = 0): string {
  const flat = inLine(value);
  if (typeof value !== "object" || value === null || flat.length + indent.length + before <= maxLine) return flat;
  const inner = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((item) => inner + layOut(item, inner))
    : Object.entries(value).map(([name, item]) => `${inner}"${name}": ${layOut(item, inner, name.length + 4)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${lines.join(",\n")}\n${indent}${close}`;
}

function inLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, item]) => `"${name}": ${inLine(item)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

/** The ids that a reply brought, by the variables that later commands of the page use. */
export function variablesOf(body: unknown): Record<string, string> {
  if (typeof body !== "object" || body === null || !("id" in body)) return {};
  if ("key" in body) return { KEY_ID: String(body.id) };
  if ("webhookSecrets" in body) return { BUDGET_ID: String(body.id) };
  if ("address" in body) return { SUBSCRIPTION_ID: String(body.id) };
  if ("inputPerMillion" in body) return { PRICE_ID: String(body.id) };
  return "token" in body ? { TOKEN_ID: String(body.id) } : {};
}

/** The reply without what differs from run to run: times, ids and secrets of the service's making, and what depends on the date. */
export function maskReply(value: unknown, name = ""): unknown {
  if (changing.has(name)) return "changing";
  if (Array.isArray(value)) return value.map((item) => maskReply(item));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskReply(item, key)]));
  }
  if (typeof value !== "string") return value;
  if (name === "nextCursor") return "cursor";
  return changingTexts.reduce((text, [pattern, mask]) => text.replace(pattern, mask), value);
}

const changing = new Set([
  "uptimeSeconds",
  "durationSeconds",
  "projectedMonthly",
  "averageSessionSeconds",
  "bounceRate",
]);
const changingTexts: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "instant"],
  [/^\d{4}-\d\d-\d\d$/, "date"],
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "uuid"],
  [/^(mg[kt]_)[\w-]+$/, "$1secret"],
  [/^whsec_[\w+/]+=*$/, "whsec_secret"],
];
