import { connect } from "node:net";
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import {
  ingestReplySchema,
  type ProblemCode,
  platformEventReplySchema,
  platformEventsReplySchema,
  usageBatchReplySchema,
  usageReplySchema,
} from "@mobigen/analytics-contract";
import { expect } from "vitest";
import type { TestApp } from "./app.js";
import { type Entry, expectAppEvents, expectPlatformRows, type PlatformRoute, rowsOf } from "./fuzz-stored.js";
import { exchange, expectProblem, type Reply } from "./hostile.js";
import type { IngestRoute } from "./nasty-bodies.js";

export type FuzzRequest = {
  route: IngestRoute;
  bytes: Buffer;
  headers: Record<string, string>;
  how: "whole" | "chunked" | "hung up";
};

/** What came of the requests of a round, or of many. */
export type Tally = Record<"requests" | "refused" | "overloaded" | "stored" | "duplicates" | "rejected", number>;

/** What the replies of a round said. */
type Said = {
  apps: { accepted: Entry[]; duplicates: number; rejected: number };
  platform: Record<PlatformRoute, { acknowledged: Entry[]; stored: number; duplicates: number; rejected: number }>;
  refused: number;
  overloaded: number;
};

let rounds = 0;

/**
 * Sends the requests all at once, the app events to a project of the round's own, and holds what is stored to what the replies
 * said: no row that was not acknowledged, all that was acknowledged there once and as it was sent, the ledger in step.
 */
export async function playRound(app: TestApp, requests: readonly FuzzRequest[]): Promise<Tally> {
  rounds += 1;
  const project = await app.createProject({ id: `round-${rounds}`, eventsPerMinute: 1_000_000 });
  const { key } = await app.createKey(project.id);
  const nothing = () => ({ acknowledged: [], stored: 0, duplicates: 0, rejected: 0 });
  const said: Said = {
    apps: { accepted: [], duplicates: 0, rejected: 0 },
    platform: { "/events": nothing(), "/usage/api": nothing() },
    refused: 0,
    overloaded: 0,
  };
  const before = await rowsOf(app);
  await Promise.all(
    requests.map(async (request) => {
      const reply = await send(app, request, key);
      if (reply !== null) hear(said, request, reply);
    }),
  );
  const after = await rowsOf(app);
  const { apps, platform } = said;
  await expectAppEvents(app, project.id, apps);
  for (const route of ["/events", "/usage/api"] as const) {
    expect(after[route] - before[route], `new rows of ${route}`).toBe(platform[route].stored);
    await expectPlatformRows(app, route, platform[route].acknowledged);
  }
  const all = [apps, platform["/events"], platform["/usage/api"]];
  return {
    requests: requests.length,
    refused: said.refused,
    overloaded: said.overloaded,
    stored: apps.accepted.length - apps.duplicates + platform["/events"].stored + platform["/usage/api"].stored,
    duplicates: all.reduce((sum, { duplicates }) => sum + duplicates, 0),
    rejected: all.reduce((sum, { rejected }) => sum + rejected, 0),
  };
}

async function send(app: TestApp, request: FuzzRequest, key: string): Promise<Reply | null> {
  const credentials: Record<string, string> = request.route.startsWith("/api/")
    ? { "x-api-key": key }
    : { authorization: `Bearer ${app.adminToken}` };
  const headers = { "content-type": "application/json", ...credentials, ...request.headers };
  if (request.how === "hung up") {
    await hangUp(app.url, request, headers);
    return null;
  }
  return exchange(app.url, { path: request.route, body: request.bytes, headers, chunked: request.how === "chunked" });
}

/** Sends everything but a last byte that was promised, and goes. */
function hangUp(url: string, { route, bytes }: FuzzRequest, headers: Record<string, string>): Promise<void> {
  const { hostname, port } = new URL(url);
  const lines = Object.entries({ host: "x", ...headers, "content-length": String(bytes.length + 1) });
  const head = [`POST ${route} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`), "", ""].join("\r\n");
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined).resume();
  socket.write(Buffer.concat([Buffer.from(head), bytes]), () => setTimeout(() => socket.destroy(), 2));
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

function hear(said: Said, request: FuzzRequest, reply: Reply): void {
  if (reply.status >= 400) hearRefusal(said, reply);
  else if (request.route === "/events" || request.route === "/usage/api")
    hearResults(said, request.route, request, reply);
  else hearVerdicts(said, request, reply);
}

function hearRefusal(said: Said, reply: Reply): void {
  const { status, code } = expectProblem(reply, (reply.body as { code: ProblemCode }).code);
  if (status >= 500) {
    expect([status, code]).toEqual([503, "overloaded"]);
    said.overloaded += 1;
  } else if (code === "event_rejected") said.apps.rejected += 1;
  else said.refused += 1;
}

function hearVerdicts(said: Said, request: FuzzRequest, reply: Reply): void {
  const body = ingestReplySchema.parse(reply.body);
  const parsed = parsedBody(request) as Entry & { events: Entry[] };
  const events = request.route === "/api/events" ? parsed.events : [parsed];
  const refused = new Set(body.errors.map(({ index }) => index));
  const counts = [body.success, refused.size, body.errors.length, body.accepted];
  expect([reply.status, ...counts]).toEqual([200, true, body.rejected, body.rejected, events.length - body.rejected]);
  for (const { index, eventId } of body.errors) if (eventId !== null) expect(events[index]?.["eventId"]).toBe(eventId);
  said.apps.accepted.push(...events.filter((_, index) => !refused.has(index)));
  said.apps.duplicates += body.duplicates;
  said.apps.rejected += body.rejected;
}

function hearResults(said: Said, route: PlatformRoute, request: FuzzRequest, reply: Reply): void {
  const parsed = parsedBody(request);
  const entries = (Array.isArray(parsed) ? parsed : [parsed]) as Entry[];
  const [one, many, name] =
    route === "/events"
      ? [platformEventReplySchema, platformEventsReplySchema, "eventId"]
      : [usageReplySchema, usageBatchReplySchema, "requestId"];
  const results = Array.isArray(parsed) ? many.parse(reply.body).results : [one.parse(reply.body)];
  expect(results.length).toBe(entries.length);
  const heard = said.platform[route];
  for (const [index, result] of results.entries()) {
    const sent = entries[index] ?? {};
    if (!result.success) {
      expect(result.index).toBe(index);
      heard.rejected += 1;
      continue;
    }
    const id = (result as Entry)[name];
    if (sent[name] !== undefined) expect(id).toBe(sent[name]);
    heard.acknowledged.push({ ...sent, [name]: id });
    if (result.duplicate) heard.duplicates += 1;
    else heard.stored += 1;
  }
  expect(reply.status).toBe(results.some((result) => result.success && !result.duplicate) ? 201 : 200);
}

/** The value that the server must have read, since it took the body. */
function parsedBody({ bytes, headers }: FuzzRequest): unknown {
  return JSON.parse(
    decode(bytes, headers["content-encoding"])
      .toString()
      .replace(/^\ufeff/, ""),
  );
}

function decode(bytes: Buffer, encoding: string | undefined): Buffer {
  if (encoding === "gzip") return gunzipSync(bytes);
  if (encoding === "br") return brotliDecompressSync(bytes);
  if (encoding === "deflate") return ((bytes[0] ?? 0) & 0x0f) === 8 ? inflateSync(bytes) : inflateRawSync(bytes);
  return bytes;
}
