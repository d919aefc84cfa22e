import type pg from "pg";

const pingTimeoutMs = 2_000;

/** True when the database answers within two seconds. Never rejects. */
export async function isReachable(pool: pg.Pool): Promise<boolean> {
  const answer = pool.query("select 1").then(
    () => true,
    () => false,
  );
  const timeout = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), pingTimeoutMs).unref());
  return Promise.race([answer, timeout]);
}
