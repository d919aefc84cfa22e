import type { UsageRecordInput } from "@mobigen/analytics-contract";

/** The columns of the Azure LLM inference trace: when a call came, and its tokens in and out. */
export const traceHeader = "TIMESTAMP,ContextTokens,GeneratedTokens";

export type TraceRow = { timestamp: string; inputTokens: number; outputTokens: number };
export type ParsedRow = { kind: "ok"; row: TraceRow } | { kind: "bad"; reason: string };

export function isTraceHeader(line: string): boolean {
  return line.replace(/^\uFEFF/, "").trim() === traceHeader;
}

/** One line of the trace. Its times have no zone: they are read as UTC. */
export function parseTraceRow(line: string): ParsedRow {
  const fields = line.trim().split(",");
  const [time = "", input = "", output = ""] = fields;
  if (fields.length !== 3) return { kind: "bad", reason: `has ${fields.length} fields instead of 3 (${traceHeader})` };
  const timestamp = `${time.replace(" ", "T")}Z`;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(timestamp) || Number.isNaN(Date.parse(timestamp))) {
    return {
      kind: "bad",
      reason: `has no time such as 2023-11-16 18:17:03.9799600 in its first field, but "${shorten(time)}"`,
    };
  }
  const inputTokens = parseCount(input);
  const outputTokens = parseCount(output);
  if (inputTokens === undefined)
    return { kind: "bad", reason: `has no whole number of ContextTokens, but "${shorten(input)}"` };
  if (outputTokens === undefined) {
    return { kind: "bad", reason: `has no whole number of GeneratedTokens, but "${shorten(output)}"` };
  }
  return { kind: "ok", row: { timestamp, inputTokens, outputTokens } };
}

export type TraceOwner = {
  fileName: string;
  userId: string;
  projectId?: string | undefined;
  model: string;
  keepTimes: boolean;
};

/** The record of a row. Its request id is the file's name and the row's number, so that a second load finds the first. */
export function traceRecord(row: TraceRow, rowNumber: number, owner: TraceOwner): UsageRecordInput {
  const maxFileNameLength = 180;
  return {
    requestId: `${owner.fileName.slice(0, maxFileNameLength)}:${rowNumber}`,
    userId: owner.userId,
    ...(owner.projectId === undefined ? {} : { projectId: owner.projectId }),
    model: owner.model,
    inputTokens: row.inputTokens,
    outputTokens: row.outputTokens,
    ...(owner.keepTimes ? { timestamp: row.timestamp } : {}),
  };
}

function parseCount(text: string): number | undefined {
  const count = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(count) ? count : undefined;
}

function shorten(text: string): string {
  const maxShownLength = 40;
  return text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text;
}
