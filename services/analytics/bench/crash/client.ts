import { setTimeout as sleep } from "node:timers/promises";
import type { IngestReply, UsageBatchReply, UsageReply } from "@mobigen/analytics-contract";
import { Agent, request } from "undici";
import type { Notebook } from "./notebook.js";
import type { Batch, Random, Traffic } from "./traffic.js";

const firstBackoffMs = 100;
const maxBackoffMs = 2_000;
/** Share of batches that are sent twice at the same moment, as a device does whose first try only seemed to hang. */
const twinShare = 0.04;
const connectionsPerReplica = 4;

export type ClientOptions = {
  traffic: Traffic;
  notebook: Notebook;
  random: Random;
  urls: readonly string[];
  /** Attempts at one batch, before it is given up as unknown. */
  maxAttempts: number;
  /** After this long without a reply an attempt is abandoned, though the server may go on with it. */
  timeoutMs: number;
  /** The longest pause between batches. */
  maxPauseMs: number;
  /** Batches to send at most. */
  maxBatches: number;
  isStopping: () => boolean;
};

/** Sends one batch after the other, each until it is acknowledged or given up. Resolves once stopped and done with the last one. */
export async function runClient(options: ClientOptions): Promise<void> {
  const agent = new Agent({ connections: connectionsPerReplica, pipelining: 1 });
  try {
    for (let n = 0; n < options.maxBatches && !options.isStopping(); n += 1) {
      const batch = options.traffic.next();
      options.notebook.sending(batch.entries);
      const isTwin = options.random() < twinShare;
      await Promise.all(Array.from({ length: isTwin ? 2 : 1 }, () => deliver(batch, !isTwin, options, agent)));
      await sleep(options.random() * options.maxPauseMs);
    }
  } finally {
    await agent.destroy();
  }
}

type Attempt =
  | { kind: "stored"; body: unknown }
  /** Answered by a refusal that says that nothing was stored. */
  | { kind: "refused" }
  | { kind: "unsure" }
  | { kind: "fault"; text: string };

async function deliver(batch: Batch, isAlone: boolean, options: ClientOptions, agent: Agent): Promise<void> {
  const { notebook, random, urls } = options;
  for (let n = 1; n <= options.maxAttempts; n += 1) {
    const url = urls[Math.floor(random() * urls.length)] as string;
    const attempt = await tryOnce(url, batch, options, agent);
    if (attempt.kind === "stored") {
      const read = readReply(batch, attempt.body);
      if (typeof read === "string") notebook.fault(`${batch.path} answered success, but ${read}`);
      else if (n === 1 && isAlone && batch.isFresh && read.duplicates > 0) {
        notebook.fault(`${batch.path} called ${read.duplicates} entries duplicates that were never sent before`);
      } else notebook.acknowledged(batch.entries, batch.entries.length - read.duplicates);
      return;
    }
    if (attempt.kind === "fault") {
      notebook.fault(`${batch.path} answered ${attempt.text}`);
      notebook.unsure(batch.entries);
      return;
    }
    if (attempt.kind === "unsure") notebook.unsure(batch.entries);
    if (n === options.maxAttempts) break;
    notebook.noteRetry();
    // Full jitter: clients that were cut off together do not come back together.
    await sleep(random() * Math.min(maxBackoffMs, firstBackoffMs * 2 ** n));
  }
  notebook.noteGivenUp();
}

async function tryOnce(url: string, batch: Batch, options: ClientOptions, agent: Agent): Promise<Attempt> {
  let status: number;
  let text: string;
  try {
    const reply = await request(url + batch.path, {
      method: "POST",
      headers: { ...batch.headers, "content-type": "application/json" },
      body: batch.body,
      dispatcher: agent,
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    status = reply.statusCode;
    text = await reply.body.text();
  } catch {
    return { kind: "unsure" };
  }
  options.notebook.noteReply(status);
  if (status === 200 || status === 201) return { kind: "stored", body: JSON.parse(text) };
  if (status === 429) return { kind: "refused" };
  if (status !== 503) return { kind: "fault", text: `${status}: ${text.slice(0, 500)}` };
  return /"code":"(overloaded|stopping)"/.test(text) ? { kind: "refused" } : { kind: "unsure" };
}

/** How many entries the reply calls duplicates, or what is wrong with it. */
function readReply(batch: Batch, body: unknown): { duplicates: number } | string {
  if (batch.path.startsWith("/api/events")) {
    const { success, accepted, rejected, duplicates } = body as IngestReply;
    if (accepted !== batch.entries.length || rejected !== batch.rejected || !success) {
      return `of ${batch.entries.length} good and ${batch.rejected} bad events: ${JSON.stringify(body).slice(0, 500)}`;
    }
    return { duplicates };
  }
  const results = "results" in (body as object) ? (body as UsageBatchReply).results : [body as UsageReply];
  const bad = results.find((result) => !result.success);
  if (bad !== undefined || results.length !== batch.entries.length) return JSON.stringify(bad ?? body).slice(0, 500);
  for (const [n, entry] of batch.entries.entries()) {
    const wrong = entry.kind === "usage" ? wrongCost(entry.cost, results[n] as UsageReply) : null;
    if (wrong !== null) return wrong;
  }
  return { duplicates: results.filter((result) => result.success && result.duplicate).length };
}

function wrongCost(cost: { toString(): string } | null, { cost: answered, requestId }: UsageReply): string | null {
  const expected = cost === null ? null : Number(cost.toString());
  return answered.totalCost === expected ? null : `${requestId} costs ${answered.totalCost} instead of ${expected}`;
}
