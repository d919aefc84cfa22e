import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import type { Logger } from "pino";
import { PrismaClient } from "./generated/client.js";

const connectTimeoutMs = 5_000;
const idleTimeoutMs = 30_000;
// The server ends what takes longer. Whoever waits for a reply has given up by then.
const defaultStatementTimeoutMs = 10_000;
// A server that has not ended a statement by itself this much later hangs, or the way to it does: its connection is given up.
const answerGraceMs = 2_000;
// A process that was paused in a transaction, or whose machine is gone, holds locks that others wait for: the server ends it
// well before their statements run out of time.
const idleInTransactionTimeoutMs = 5_000;

export type PoolOptions = {
  url: string;
  /** Connections at most; callers beyond that wait up to 5 s for one. */
  max: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Longest one statement may take, in milliseconds; 0 is no limit. Default 10 s. See `patiently`. */
  statementTimeoutMs?: number;
  logger: Pick<Logger, "warn">;
};

/**
 * One pool for everything. Rows come as: int8 a number (throws beyond 2^53 rather than round), numeric a string (exact),
 * timestamptz a Date, date a string `YYYY-MM-DD`. Sessions are in UTC. Connects lazily: no error here when the server is away.
 * Nothing waits for ever: 5 s for a connection, and for an answer 2 s longer than a statement may take, even of a server that hangs.
 */
export function createPool(options: PoolOptions): pg.Pool {
  const { url, max, applicationName, statementTimeoutMs = defaultStatementTimeoutMs, logger } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: idleTimeoutMs,
    keepAlive: true,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs === 0 ? 0 : statementTimeoutMs + answerGraceMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    options: "-c timezone=UTC",
    types: { getTypeParser: parserFor as typeof pg.types.getTypeParser },
  });
  // An idle connection that breaks is replaced by the pool; unheard, its error event would end the process.
  pool.on("error", ({ message, ...error }) => {
    // Not the error as a whole: the pool hangs the connection on it, with all its insides.
    logger.warn(
      { reason: message, code: "code" in error ? error.code : undefined },
      "an idle database connection broke",
    );
  });
  // The same of one that was just taken: its end can arrive in the packet that made it ready, before whoever asked for it
  // gets to listen. The next statement on it fails by itself.
  pool.on("connect", (client) => client.on("error", () => undefined));
  // Whoever takes it next would write into a transaction that nobody commits. (Prisma gives back such a one when its rollback
  // got no answer.)
  pool.on("release", (_error, client) => {
    if (client.getTransactionStatus() !== "I") void client.end();
  });
  return pool;
}

/** A statement for whose answer to wait this long, in milliseconds; what the server allows it is its `statement_timeout`. */
export function patiently(timeoutMs: number, text: string, values: unknown[] = []): pg.QueryConfig<unknown[]> {
  // The driver reads it of a statement as of a connection; its types know the latter only.
  const config: pg.QueryConfig<unknown[]> & { query_timeout: number } = { text, values, query_timeout: timeoutMs };
  return config;
}

/**
 * A statement that each connection parses and plans once instead of every time: worth its while where it runs with every flush.
 * `name` must be of this text alone. PostgreSQL plans it anew when it has analyzed a table of it.
 */
export function prepared(name: string, text: string): (values: unknown[]) => pg.QueryConfig<unknown[]> {
  return (values) => ({ name, text, values });
}

/** True when the answer did not come in time: the connection is of no more use, not even for a rollback. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Error && error.message === "Query read timeout";
}

/** Prisma Client on the shared pool; `$disconnect` leaves the pool open. */
export function createPrisma(pool: pg.Pool): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg(pool) });
}

export type { PrismaClient } from "./generated/client.js";

type Parse = (text: string) => unknown;

// The driver's types list the scalar types only; its table has arrays too.
const driverParser = pg.types.getTypeParser as unknown as (oid: number, format: "text" | "binary") => Parse;
const textArrayOid = 1009;
const parseTextArray = driverParser(textArrayOid, "text") as (text: string) => (string | null)[];

const parsers = new Map<number, Parse>([
  [pg.types.builtins.INT8, parseSafeInteger],
  [pg.types.builtins.DATE, (text) => text],
  [1016, (text) => parseTextArray(text).map((item) => (item === null ? null : parseSafeInteger(item)))], // int8[]
  [1182, parseTextArray], // date[]
]);

function parserFor(oid: number, format: "text" | "binary" = "text"): Parse {
  return (format === "text" ? parsers.get(oid) : undefined) ?? driverParser(oid, format);
}

function parseSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`the database holds an integer beyond 2^53: ${text}`);
  return value;
}

/** The database cannot be used; `publicMessage` names the place, never the password, and what to look at. */
export class DatabaseUnavailableError extends Error {
  override readonly name = "DatabaseUnavailableError";
  readonly publicMessage: string;

  constructor(publicMessage: string, cause: unknown) {
    super(publicMessage, { cause });
    this.publicMessage = publicMessage;
  }
}

/** Takes a connection. @throws DatabaseUnavailableError when there is none to be had within 5 s. */
export async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw new DatabaseUnavailableError(explainConnectError(pool, error), error);
  }
}

function explainConnectError(pool: pg.Pool, error: unknown): string {
  const { host, port, database, user } = placeOf(pool);
  const code = (error as { code?: unknown }).code;
  if (code === "3D000")
    return `PostgreSQL at ${host}:${port} has no database "${database}": create it, or correct DATABASE_URL.`;
  if (code === "28P01" || code === "28000") {
    return `PostgreSQL at ${host}:${port} refused user "${user}" for database "${database}": correct DATABASE_URL.`;
  }
  return `PostgreSQL is not reachable at ${host}:${port} (database "${database}"): start it, or correct DATABASE_URL.`;
}

function placeOf(pool: pg.Pool): { host: string; port: number; database: string; user: string } {
  const client = new pg.Client(pool.options);
  return { host: client.host, port: client.port, database: client.database ?? "", user: client.user ?? "" };
}
