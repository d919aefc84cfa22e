import { randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Domain } from "../app/domain.js";

const demoProjectId = "demo-app";
const keyFileName = "demo-key";

export type DemoProject = { id: string; key: string; keyFile: string } | null;

/**
 * The project to try things with: made, with a key, when there is no project yet. Its key is kept in a file that this user alone
 * can read, so that later starts can show it again. Null when the database has projects and no such key.
 */
export async function prepareDemoProject(domain: Domain, dataDir: string): Promise<DemoProject> {
  const keyFile = path.join(dataDir, keyFileName);
  const kept = (await readFile(keyFile, "utf8").catch(() => "")).trim();
  const caller = kept === "" ? null : await domain.keys.verify(kept);
  if (caller !== null) return { id: caller.project.id, key: kept, keyFile };

  const { items } = await domain.projects.list({ limit: 1 });
  if (items.length > 0) return null;
  await domain.projects.create({ id: demoProjectId, name: "Demo App" }, "first start");
  const { key } = await domain.keys.create(demoProjectId, { name: "demo" }, "first start");
  await mkdir(dataDir, { recursive: true });
  await writeFile(keyFile, `${key}\n`, { mode: 0o600 });
  return { id: demoProjectId, key, keyFile };
}

export type FirstSteps = { url: string; project: DemoProject; needsToken: boolean; now: Date };

/** Where the service is, and one command for each of its jobs that works as it stands. */
export function describeFirstSteps({ url, project, needsToken, now }: FirstSteps): string {
  const auth = needsToken ? ` -H "Authorization: Bearer $ADMIN_TOKEN"` : "";
  const json = `-H "Content-Type: application/json"`;
  const post = (route: string, headers: string, body: unknown) =>
    `  curl -sS ${url}${route}${headers} ${json} -d '${JSON.stringify(body)}'`;
  const lines = [
    "",
    `Mobigen Analytics is running at ${url} (to read and try the API: ${url}/docs).`,
    needsToken
      ? "The commands below take the admin token from the variable ADMIN_TOKEN of your shell."
      : "No ADMIN_TOKEN is set: it answers on this machine only, and whoever asks it here acts as admin.",
    "",
  ];
  if (project === null) {
    lines.push("Make a key for an app: npm run analytics -- keys create PROJECT", "");
  } else {
    const { id, key, keyFile } = project;
    const event = demoEvent(id, now);
    const batch = { batchId: `batch-${randomUUID()}`, projectId: id, events: [event], createdAt: event.timestamp };
    lines.push(
      `Demo project "${id}", key ${key} (kept in ${keyFile}).`,
      "",
      "An event of a mobile app:",
      post("/api/events", ` -H "X-API-Key: ${key}"`, batch),
    );
  }
  const projectId = project?.id ?? demoProjectId;
  lines.push(
    "An event of the platform:",
    post("/events", auth, { event: "generation.completed", userId: "demo-user", projectId }),
    "A call of an LLM, and what it cost:",
    post("/usage/api", auth, {
      userId: "demo-user",
      projectId,
      model: "claude-3-sonnet-20240229",
      inputTokens: 1500,
      outputTokens: 3000,
      requestId: randomUUID(),
    }),
    "The dashboard's numbers, of now:",
    `  curl -sS ${url}/metrics/dashboard${auth} -H "Cache-Control: no-cache"`,
    "",
    "Ctrl-C stops everything.",
  );
  return lines.join("\n");
}

function demoEvent(projectId: string, now: Date) {
  return {
    eventId: randomUUID(),
    type: "screen_view",
    sessionId: randomUUID(),
    projectId,
    timestamp: now.toISOString(),
    properties: { screenName: "Home" },
    device: { platform: "ios", osVersion: "17.2", appVersion: "1.0.0" },
  };
}
