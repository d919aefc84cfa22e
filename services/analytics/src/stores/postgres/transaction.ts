import type pg from "pg";
import { connect, isUnanswered } from "./client.js";

// Rows are locked in one order everywhere, so dead-locks are rare; one that happens all the same passes on the second try.
const maxAttempts = 3;

/**
 * Runs `work` in one transaction: committed when this resolves, undone when it throws. A dead-lock or serialization failure is
 * tried again (three times in all), so `work` must be repeatable. Throws DatabaseUnavailableError without a connection, else
 * what `work` or the commit threw. (A commit whose answer is lost may have happened: every write must be repeatable.)
 */
export async function inTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptTransaction(pool, work);
    } catch (error) {
      if (attempt >= maxAttempts || !isRetryable(error)) throw error;
    }
  }
}

/** Runs reads that all see the database at one instant, whatever is committed meanwhile. Errors as inTransaction. */
export async function inSnapshot<Result>(
  pool: pg.Pool,
  read: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  return inTransaction(pool, async (client) => {
    await client.query("set transaction isolation level repeatable read read only");
    return read(client);
  });
}

/** One statement on any connection of the pool; its rows. */
export async function query<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const { rows } = await pool.query<Row>(text, [...values]);
  return rows;
}

async function attemptTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await connect(pool);
  let isBroken = false;
  try {
    await client.query("begin");
    const result = await work(client);
    const { command } = await client.query("commit");
    // What PostgreSQL answers when a statement failed and `work` went on as if it had not.
    if (command !== "COMMIT") throw new Error("the transaction was rolled back: work passed over a failed statement");
    return result;
  } catch (error) {
    // A rollback would wait as long again for a server that hangs; a connection that ends is rolled back.
    if (isUnanswered(error)) isBroken = true;
    else {
      await client.query("rollback").catch(() => {
        isBroken = true;
      });
    }
    throw error;
  } finally {
    client.release(isBroken);
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "40P01" || error.code === "40001");
}
