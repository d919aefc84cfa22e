import { type OutgoingHttpHeaders, request } from "node:http";
import { type Problem, type ProblemCode, problemSchema, problems } from "@mobigen/analytics-contract";
import type pg from "pg";
import { expect } from "vitest";

export type Sent = {
  method?: string;
  /** As it goes over the wire: no client puts `..` or a bad percent-encoding right. */
  path: string;
  headers?: OutgoingHttpHeaders;
  body?: Buffer | string;
  /** Sends the body without a Content-Length. */
  chunked?: boolean;
};

export type Reply<Body = unknown> = { status: number; headers: Record<string, unknown>; text: string; body: Body };

/** Sends exactly what it is told, on a connection of its own. A reply that comes before the body has gone is taken. */
export function exchange<Body = unknown>(url: string, sent: Sent): Promise<Reply<Body>> {
  const { hostname, port } = new URL(url);
  const body = sent.body === undefined ? undefined : Buffer.from(sent.body);
  const length = body === undefined || sent.chunked === true ? {} : { "content-length": body.length };
  return new Promise((resolve, reject) => {
    const outgoing = request({
      ...{ hostname, port, path: sent.path, agent: false },
      method: sent.method ?? (body === undefined ? "GET" : "POST"),
      headers: { ...length, ...sent.headers },
    });
    outgoing.once("response", (incoming) => {
      // The server stops reading a body that it refuses: what can't be written any more is no fault.
      outgoing.on("error", () => undefined);
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.once("error", reject);
      incoming.once("end", () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = /[/+]json\b/.test(incoming.headers["content-type"] ?? "");
        resolve({
          ...{ status: incoming.statusCode ?? 0, headers: incoming.headers, text },
          body: (isJson ? JSON.parse(text) : text) as Body,
        });
      });
    });
    outgoing.once("error", reject);
    if (sent.chunked === true && body !== undefined) {
      for (let start = 0; start < body.length; start += chunkBytes)
        outgoing.write(body.subarray(start, start + chunkBytes));
      outgoing.end();
    } else outgoing.end(body);
  });
}

const chunkBytes = 64 * 1024;

/** What no reply may show: stacks, files, statements, drivers, values that were never text. */
const internalText =
  /\n\s+at |node_modules|[/\\](src|dist)[/\\]|\.[jt]s:\d|\b(select|insert into|relation|constraint|prisma|postgres\w*|sqlstate|zod|express|ECONN\w+|undefined|NaN)\b|\[object /i;

/** A refusal is small, whatever was sent. */
const maxProblemBytes = 8 * 1024;

/** Holds a reply to one problem and to the form that every problem has; answers its body. */
export function expectProblem(
  reply: Pick<Reply, "status" | "headers" | "text">,
  code: ProblemCode,
  pointer?: string,
): Problem & Record<string, unknown> {
  expect([reply.status, reply.text]).toEqual([problems[code].status, expect.stringContaining(`"code":"${code}"`)]);
  expect(reply.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
  const body: unknown = JSON.parse(reply.text);
  const problem = problemSchema.parse(body);
  const { status, title } = problems[code];
  expect(problem).toMatchObject({ type: "about:blank", title, status, code, requestId: reply.headers["x-request-id"] });
  expect(problem.detail).toMatch(/^[^\n]+[.…]$/);
  expect(reply.text).not.toMatch(internalText);
  expect(reply.text.length).toBeLessThan(maxProblemBytes);
  if (pointer !== undefined) {
    expect(problem.errors?.map((error) => error.pointer)).toContain(pointer);
    for (const { reason } of problem.errors ?? []) expect(reason).toMatch(/\S/);
  }
  return body as Problem & Record<string, unknown>;
}

/** How many rows every table has: what must not move when a request is refused. The ledger counts rejected events, as it should. */
export async function countRows(pool: pg.Pool): Promise<Record<string, number>> {
  const tables = await pool.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname !~ '^ingestion_'
     order by relname`,
  );
  const counts = tables.rows.map(({ name }) => `select '${name}' as name, count(*) as rows from "${name}"`);
  const { rows } = await pool.query<{ name: string; rows: number }>(counts.join(" union all "));
  return Object.fromEntries(rows.map((row) => [row.name, row.rows]));
}

/** JSON of `depth` objects in each other, as text: no value that deep can be built by a client's JSON.stringify. */
export function nested(depth: number): string {
  return `${'{"a":'.repeat(depth - 1)}{}${"}".repeat(depth - 1)}`;
}
