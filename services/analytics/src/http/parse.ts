import { idSchema, type ProblemError } from "@mobigen/analytics-contract";
import type { Request } from "express";
import { z } from "zod";
import { ApiError } from "../errors.js";
import { pointerTo } from "../json-pointer.js";

// More faults than these help nobody, and a hostile body could make thousands.
const maxReportedFaults = 20;

/** The body as the schema sees it. @throws ApiError invalid_body with a JSON pointer and a reason for each fault. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = safeParse(schema, body);
  if (result.kind === "ok") return result.data;
  const { faults } = result;
  throw new ApiError("invalid_body", describe(faults, "The body"), { errors: faults });
}

/** The query as the schema sees it. @throws ApiError invalid_query, naming the parameter. */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, query: Request["query"]): z.output<Schema> {
  const result = safeParse(schema, query);
  if (result.kind === "ok") return result.data;
  const faults = result.faults.map((fault) => ({ ...fault, pointer: fault.pointer.replace(/^\//, "") }));
  throw new ApiError("invalid_query", describe(faults, "The query"), { errors: faults });
}

/** Of routes that have no parameters: one that is misunderstood is better refused than passed over. */
export const noQuerySchema = z.strictObject({});

/** An id of the path. @throws ApiError invalid_path. */
export function parseId(value: unknown, name: string): string {
  const result = idSchema.safeParse(value);
  if (result.success) return result.data;
  const reason = result.error.issues[0]?.message ?? "is not valid";
  throw new ApiError("invalid_path", `${name} ${reason}.`, { errors: [{ pointer: name, reason }] });
}

type Parsed<Data> = { kind: "ok"; data: Data } | { kind: "bad"; faults: ProblemError[] };

function safeParse<Schema extends z.ZodType>(schema: Schema, value: unknown): Parsed<z.output<Schema>> {
  try {
    const result = schema.safeParse(value);
    return result.success ? { kind: "ok", data: result.data } : { kind: "bad", faults: faultsOf(result.error.issues) };
  } catch (error) {
    // A schema that follows nested values runs out of stack before a body of allowed size runs out of brackets.
    if (error instanceof RangeError) return { kind: "bad", faults: [{ pointer: "", reason: "is nested too deeply" }] };
    throw error;
  }
}

function faultsOf(issues: readonly z.core.$ZodIssue[]): ProblemError[] {
  return issues
    .slice(0, maxReportedFaults)
    .flatMap((issue): ProblemError[] =>
      issue.code === "unrecognized_keys"
        ? issue.keys
            .slice(0, maxReportedFaults)
            .map((key) => ({ pointer: pointerTo([...issue.path, key]), reason: "is not known" }))
        : [{ pointer: pointerTo(issue.path), reason: reasonOf(issue) }],
    )
    .slice(0, maxReportedFaults);
}

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") {
    if (issue.message.endsWith("received undefined")) return "is required";
    const expected = issue.message.match(/expected (\w+)/)?.[1];
    if (expected !== undefined)
      return `must be ${/^[aeio]/.test(expected) ? "an" : "a"} ${typeNames[expected] ?? expected}`;
  }
  // What a schema says of its own accord says more.
  if (issue.code === "invalid_value" && issue.message.startsWith("Invalid "))
    return `must be one of ${issue.values.map(String).join(", ")}`;
  return issue.message.replace(/^Invalid input: /, "");
}

const typeNames: Record<string, string> = { int: "integer", record: "object" };

function describe(faults: readonly ProblemError[], whole: string): string {
  const [first, ...others] = faults;
  if (first === undefined) return `${whole} is not valid.`;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return `${first.pointer === "" ? whole : first.pointer} ${first.reason}${more}.`;
}
