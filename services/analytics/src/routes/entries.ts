import type { ProblemError } from "@mobigen/analytics-contract";
import type { z } from "zod";
import { ApiError } from "../errors.js";
import { parseBody } from "../http/parse.js";

/** One entry of a batch: as the schema sees it, or why not. */
export type ParsedEntry<Data> = { kind: "ok"; data: Data } | { kind: "bad"; code: string; message: string };

/**
 * The entries of a batch, judged one by one; `valid` are the good ones in order.
 * @throws ApiError empty_batch, batch_too_large.
 */
export function parseEntries<Data>(
  schema: z.ZodType<Data>,
  entries: readonly unknown[],
  maxEntries: number,
): { parsed: ParsedEntry<Data>[]; valid: Data[] } {
  if (entries.length === 0) throw new ApiError("empty_batch", "The array must have at least one entry.");
  if (entries.length > maxEntries) {
    throw new ApiError(
      "batch_too_large",
      `The array must have at most ${maxEntries} entries, it has ${entries.length}.`,
    );
  }
  const parsed = entries.map((entry) => parseEntry(schema, entry));
  return { parsed, valid: parsed.flatMap((entry) => (entry.kind === "ok" ? [entry.data] : [])) };
}

function parseEntry<Data>(schema: z.ZodType<Data>, entry: unknown): ParsedEntry<Data> {
  try {
    return { kind: "ok", data: parseBody(schema, entry) };
  } catch (error) {
    if (error instanceof ApiError) return { kind: "bad", code: error.code, message: error.message };
    throw error;
  }
}

/** A fault that the domain found in a body. */
export function refusal(fault: ProblemError): ApiError {
  return new ApiError("invalid_body", `${fault.pointer} ${fault.reason}.`, { errors: [fault] });
}

/** The id under which a client knows its entry, however broken the rest of it is. */
export function sentId(entry: unknown, name: string): string | null {
  if (typeof entry !== "object" || entry === null || !Object.hasOwn(entry, name)) return null;
  const id = (entry as Record<string, unknown>)[name];
  const maxShownLength = 200;
  return typeof id === "string" ? id.slice(0, maxShownLength) : null;
}
