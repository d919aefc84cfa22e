import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import type { Logger } from "pino";
import { PrismaClient } from "./generated/client.js";

const connectTimeoutMs = 5_000;
const idleTimeoutMs = 30_000;
const defaultStatementTimeoutMs = 30_000;
// A transaction that nobody goes on with holds locks and keeps dead rows: the server ends it.
const idleInTransactionTimeoutMs = 60_000;

export type PoolOptions = {
  url: string;
  /** Connections at most; callers beyond that wait up to 5 s for one. */
  max: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Longest one statement may take, in milliseconds; 0 is no limit. Default 30 s. */
  statementTimeoutMs?: number;
  logger: Pick<Logger, "warn">;
};

/**
 * One pool for everything. Rows come as: int8 a number (throws beyond 2^53 rather than round), numeric a string (exact),
 * timestamptz a Date, date a string `YYYY-MM-DD`. Sessions are in UTC. Connects lazily: no error here when the server is away.
 */
export function createPool({ url, max, applicationName, statementTimeoutMs, logger }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: idleTimeoutMs,
    keepAlive: true,
    statement_timeout: statementTimeoutMs ?? defaultStatementTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    options: "-c timezone=UTC",
    types: { getTypeParser: parserFor as typeof pg.types.getTypeParser },
  });
  // An idle connection that breaks is replaced by the pool; unheard, its error event would end the process.
  pool.on("error", (error) => logger.warn({ err: error }, "an idle database connection broke"));
  // The same of one that was just taken: its end can arrive in the packet that made it ready, before whoever asked for it
  // gets to listen. The next statement on it fails by itself.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
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
