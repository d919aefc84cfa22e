import { type FileHandle, open } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { maxUsageRecordsPerRequest, type UsageBatchReply, type UsageRecordInput } from "@mobigen/analytics-contract";
import { type Money, moneyToText, parseMoney, zeroMoney } from "./money.js";
import { isTraceHeader, parseTraceRow, type TraceOwner, traceHeader, traceRecord } from "./usage-trace.js";

export const defaultModel = "claude-3-haiku-20240307";

// Half of what a request may hold; four of them keep the service's group commit busy.
const batchSize = maxUsageRecordsPerRequest / 2;
const concurrentRequests = 4;
const requestTimeoutMs = 30_000;
// With a second or two between them, six tries outlast a restart of the service.
const maxAttempts = 6;
const defaultRetryMs = 1_000;
const maxRetryMs = 10_000;

export type LoadUsageOptions = {
  file: string;
  /** Where the service answers, e.g. `http://127.0.0.1:7000`. */
  url: string;
  token?: string | undefined;
  userId: string;
  projectId?: string | undefined;
  /** Default: claude-3-haiku-20240307. */
  model?: string | undefined;
  /** Sends the times of the file; without it the server's time holds. */
  keepTimes?: boolean | undefined;
  onProgress?: ((progress: LoadProgress) => void) | undefined;
};

export type LoadProgress = { rows: number; bytes: number; totalBytes: number };

/** Everything the file holds, by what became of it. Tokens and cost are of the stored rows and the duplicates. */
export type LoadSummary = {
  rows: number;
  stored: number;
  duplicates: number;
  failed: number;
  /** What the first row that failed was told. */
  firstFailure: string | undefined;
  inputTokens: number;
  outputTokens: number;
  unpriced: number;
  cost: Money;
};

/** The load can't go on; the message is for the one who called it. A second load goes on where it stopped. */
export class LoadUsageError extends Error {
  override readonly name = "LoadUsageError";
  readonly publicMessage: string;

  constructor(publicMessage: string, cause?: unknown) {
    super(publicMessage, { cause });
    this.publicMessage = publicMessage;
  }
}

/**
 * Sends a trace (CSV: TIMESTAMP,ContextTokens,GeneratedTokens) as usage records to a running service, a few batches at a time;
 * the file may be of any size. Repeatable: rows that are there already are duplicates.
 * @throws LoadUsageError for a file that can't be read, a bad row (with its line), a service that is away or refuses.
 */
export async function loadUsage(options: LoadUsageOptions): Promise<LoadSummary> {
  const endpoint = endpointOf(options.url);
  const file = await openFile(options.file);
  try {
    return await sendFile(file, endpoint, options);
  } finally {
    await file.close();
  }
}

/** One line for people: `8819 rows: 8819 stored, … cost $4.8223635`. */
export function describeLoad(summary: LoadSummary): string {
  const { rows, stored, duplicates, failed, inputTokens, outputTokens, unpriced, cost } = summary;
  const count = (n: number): string => n.toLocaleString("en-US");
  const parts = [`${count(stored)} stored`, `${count(duplicates)} already there`];
  if (failed > 0) parts.push(`${count(failed)} refused`);
  const costs = unpriced === 0 ? `$${moneyToText(cost)}` : `$${moneyToText(cost)} (${count(unpriced)} without a price)`;
  const tokens = `${count(inputTokens)} input and ${count(outputTokens)} output tokens`;
  return `${count(rows)} rows: ${parts.join(", ")}; ${tokens}; cost ${costs}`;
}

function endpointOf(url: string): string {
  try {
    return new URL("usage/api", url.endsWith("/") ? url : `${url}/`).toString();
  } catch {
    throw new LoadUsageError(`"${url}" is no URL: give one such as http://127.0.0.1:7000.`);
  }
}

async function openFile(name: string): Promise<FileHandle> {
  try {
    const file = await open(name);
    if ((await file.stat()).isFile()) return file;
    await file.close();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new LoadUsageError(
      code === "ENOENT" ? `There is no file "${name}".` : `"${name}" can't be read (${code}).`,
      error,
    );
  }
  throw new LoadUsageError(`"${name}" is no file.`);
}

async function sendFile(file: FileHandle, endpoint: string, options: LoadUsageOptions): Promise<LoadSummary> {
  const totalBytes = (await file.stat()).size;
  const owner: TraceOwner = {
    fileName: path.basename(options.file),
    userId: options.userId,
    projectId: options.projectId,
    model: options.model ?? defaultModel,
    keepTimes: options.keepTimes ?? false,
  };
  const summary = emptySummary();
  const batches = readBatches(file, options.file, owner);
  // The lanes share the generator; one that fails closes it, so that the others end after what they are sending.
  const lanes = Array.from({ length: concurrentRequests }, async () => {
    for await (const { records, bytes } of batches) {
      addReply(summary, records, await send(endpoint, options.token, records));
      options.onProgress?.({ rows: summary.rows, bytes, totalBytes });
    }
  });
  for (const lane of await Promise.allSettled(lanes)) if (lane.status === "rejected") throw lane.reason;
  return summary;
}

type Batch = { records: UsageRecordInput[]; bytes: number };

async function* readBatches(file: FileHandle, name: string, owner: TraceOwner): AsyncGenerator<Batch> {
  let lineNumber = 0;
  let bytes = 0;
  let records: UsageRecordInput[] = [];
  for await (const line of file.readLines({ autoClose: false })) {
    lineNumber += 1;
    bytes += Buffer.byteLength(line) + 1;
    if (lineNumber === 1) {
      if (!isTraceHeader(line)) throw new LoadUsageError(`${name}, line 1: the header must be "${traceHeader}".`);
      continue;
    }
    if (line.trim() === "") continue;
    const parsed = parseTraceRow(line);
    if (parsed.kind === "bad") {
      throw new LoadUsageError(
        `${name}, line ${lineNumber}: the row ${parsed.reason}. Rows before it may be stored already.`,
      );
    }
    records.push(traceRecord(parsed.row, lineNumber - 1, owner));
    if (records.length < batchSize) continue;
    yield { records, bytes };
    records = [];
  }
  if (lineNumber === 0) throw new LoadUsageError(`"${name}" is empty.`);
  if (records.length > 0) yield { records, bytes };
}

async function send(
  endpoint: string,
  token: string | undefined,
  records: UsageRecordInput[],
): Promise<UsageBatchReply> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await post(endpoint, token, records);
    if (response.ok) return (await response.json()) as UsageBatchReply;
    const isTemporary = response.status === 503 || response.status === 429;
    if (!isTemporary || attempt >= maxAttempts) throw new LoadUsageError(await describeRefusal(response, endpoint));
    await response.body?.cancel();
    await sleep(Math.min(retryMs(response.headers.get("retry-after")), maxRetryMs));
  }
}

async function post(endpoint: string, token: string | undefined, records: UsageRecordInput[]): Promise<Response> {
  try {
    return await fetch(endpoint, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(records),
      signal: AbortSignal.timeout(requestTimeoutMs),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") {
      throw new LoadUsageError(`The service gave no answer in ${requestTimeoutMs / 1_000} s: ${endpoint}`, error);
    }
    throw new LoadUsageError(
      `The service is not reachable at ${new URL(endpoint).origin}: start it, or correct --url.`,
      error,
    );
  }
}

async function describeRefusal(response: Response, endpoint: string): Promise<string> {
  const problem = (await response.json().catch(() => undefined)) as { detail?: unknown } | undefined;
  const detail =
    typeof problem?.detail === "string" ? problem.detail : "it is no analytics service, or another version";
  return `${endpoint} refused with ${response.status}: ${detail}`;
}

function retryMs(retryAfter: string | null): number {
  const seconds = Number(retryAfter ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : defaultRetryMs;
}

function emptySummary(): LoadSummary {
  const none = { rows: 0, stored: 0, duplicates: 0, failed: 0, inputTokens: 0, outputTokens: 0, unpriced: 0 };
  return { ...none, firstFailure: undefined, cost: zeroMoney };
}

function addReply(summary: LoadSummary, records: readonly UsageRecordInput[], { results }: UsageBatchReply): void {
  for (const [n, record] of records.entries()) {
    const result = results[n];
    summary.rows += 1;
    if (result === undefined || !result.success) {
      summary.failed += 1;
      summary.firstFailure ??= result?.message ?? "the reply holds no result for it";
      continue;
    }
    if (result.duplicate) summary.duplicates += 1;
    else summary.stored += 1;
    summary.inputTokens += record.inputTokens;
    summary.outputTokens += record.outputTokens;
    // The number prints as the decimal that it was made from.
    if (result.cost.totalCost === null) summary.unpriced += 1;
    else summary.cost = summary.cost.plus(parseMoney(String(result.cost.totalCost)));
  }
}
