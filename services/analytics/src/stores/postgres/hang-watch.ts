import pg from "pg";
import type { Logger } from "pino";
import { DatabaseUnavailableError } from "./client.js";

const lookIntervalMs = 1_000;
// Longer than nearly every statement takes: only then is it worth to ask.
const suspectAfterMs = 2_000;
const probeTimeoutMs = 3_000;
// One may be a busy machine's fault, or our own.
const silencesOfHang = 2;

export type HangWatch = {
  /** True while the database takes connections, or not even that, and answers nothing. */
  isHung(): boolean;
  stop(): void;
};

/**
 * Notices a database that hangs, some nine seconds after the first statement that it does not answer, and from then on has the
 * pool refuse connections at once until it answers again: without this each request would wait for its own seventeen seconds. Costs
 * nothing while statements are short; beside a long one it asks "select 1" every second on a connection of its own.
 */
export function watchForHangs(pool: pg.Pool, url: string, logger: Pick<Logger, "error" | "info">): HangWatch {
  const since = new Map<object, number>();
  let hung = false;
  let silences = 0;
  let isProbing = false;
  const begin = (what: object) => since.set(what, performance.now());
  const end = (what: object) => since.delete(what);

  pool.on("acquire", begin);
  pool.on("release", (_error, client) => end(client));
  pool.on("remove", end);
  refuseWhen(pool, () => hung, { begin, end });

  async function look(): Promise<void> {
    const oldest = Math.min(...since.values());
    if (isProbing) return;
    if (!hung && performance.now() - oldest < suspectAfterMs) {
      silences = 0;
      return;
    }
    isProbing = true;
    const answers = await isAnswering(url);
    isProbing = false;
    silences = answers ? 0 : silences + 1;
    if (hung && answers) logger.info("the database answers again");
    if (silences === silencesOfHang) logger.error("the database hangs: requests are refused at once until it answers");
    hung = silences >= silencesOfHang;
  }

  const timer = setInterval(() => void look(), lookIntervalMs).unref();
  return { isHung: () => hung, stop: () => clearInterval(timer) };
}

type Waits = { begin: (what: object) => void; end: (what: object) => void };

// Statements of the pool's own come this way too. A connection that is waited for counts from its beginning.
function refuseWhen(pool: pg.Pool, isHung: () => boolean, { begin, end }: Waits): void {
  const connect = pool.connect.bind(pool);
  function guarded(): Promise<pg.PoolClient>;
  function guarded(callback: Parameters<typeof connect>[0]): void;
  function guarded(callback?: Parameters<typeof connect>[0]): Promise<pg.PoolClient> | undefined {
    if (isHung()) {
      const refusal = new DatabaseUnavailableError("PostgreSQL does not answer.", null);
      if (callback === undefined) return Promise.reject(refusal);
      callback(refusal, undefined, () => undefined);
      return undefined;
    }
    const wait = {};
    begin(wait);
    if (callback === undefined) return connect().finally(() => end(wait));
    connect((error, client, done) => {
      end(wait);
      callback(error, client, done);
    });
    return undefined;
  }
  pool.connect = guarded;
}

/** True for any answer, a refusal too, and for a port that nobody listens on: what fails at once keeps nobody waiting. */
async function isAnswering(url: string): Promise<boolean> {
  const timeouts = { connectionTimeoutMillis: probeTimeoutMs, query_timeout: probeTimeoutMs };
  const client = new pg.Client({ connectionString: url, application_name: "mobigen-analytics-probe", ...timeouts });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select 1");
    return true;
  } catch (error) {
    return !(error instanceof Error && /^(timeout expired|Query read timeout)/.test(error.message));
  } finally {
    // Of a server that hangs the end is not waited for: with a statement under way it breaks the connection.
    void client.end().catch(() => undefined);
  }
}
