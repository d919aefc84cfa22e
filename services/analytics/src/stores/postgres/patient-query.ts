import type pg from "pg";
import { patiently } from "./client.js";

// Of one statement of a job, on a large database.
const patienceMs = 10 * 60_000;

/** Lets the statements of this transaction take their time; for jobs, which nobody waits for. */
export async function bePatient(client: pg.PoolClient): Promise<void> {
  await client.query(`set local statement_timeout = ${patienceMs}`);
}

/** A statement of a patient transaction. */
export async function patientQuery<Row extends pg.QueryResultRow>(
  client: pg.PoolClient,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const { rows } = await client.query<Row>(patiently(patienceMs + 2_000, text, [...values]));
  return rows;
}
