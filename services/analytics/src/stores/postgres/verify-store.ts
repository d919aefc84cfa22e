import type pg from "pg";
import type { CheckResult, Difference, VerifyStore } from "../verify-store.js";
import { patiently } from "./client.js";
import { inSnapshot } from "./transaction.js";
import type { Check } from "./verify-check.js";
import { checks } from "./verify-checks.js";

// Of one table, however large.
const recountTimeoutMs = 4 * 3_600_000;

/** Recounts on one connection, one table after the other. Memory is work_mem: what is larger PostgreSQL puts on disk. */
export function createVerifyStore(pool: pg.Pool): VerifyStore {
  return {
    recount: (maxShown) =>
      inSnapshot(pool, async (client) => {
        // A recount reads everything: it takes as long as it takes.
        await client.query("set local statement_timeout = 0");
        const results: CheckResult[] = [];
        for (const check of checks) results.push(await run(client, check, maxShown));
        return results;
      }),
  };
}

async function run(client: pg.PoolClient, check: Check, maxShown: number): Promise<CheckResult> {
  const { rows } = await client.query<{ rows: number; differences: number }>(
    patiently(
      recountTimeoutMs,
      `select count(*) as rows, count(*) filter (where ${differs(check)}) as differences from ${compared(check)}`,
    ),
  );
  const counts = rows[0] ?? { rows: 0, differences: 0 };
  const first = counts.differences === 0 ? [] : await readDifferences(client, check, maxShown);
  return { name: check.name, ...counts, first };
}

type DifferenceRow = { key: string[]; differs: boolean[]; stored: (string | null)[]; recounted: (string | null)[] };

async function readDifferences(client: pg.PoolClient, check: Check, limit: number): Promise<Difference[]> {
  const keys = check.keys.join(", ");
  const texts = (side: string): string => check.fields.map((field) => `${side}.${field}::text`).join(", ");
  const { rows } = await client.query<DifferenceRow>(
    patiently(
      recountTimeoutMs,
      `select array[${check.keys.map((key) => `${key}::text`).join(", ")}] as key,
       array[${check.fields.map((field) => fieldDiffers(check, field)).join(", ")}] as differs,
       array[${texts("stored")}] as stored, array[${texts("recounted")}] as recounted
     from ${compared(check)}
     where ${differs(check)}
     order by ${keys}
     limit $1`,
      [limit],
    ),
  );
  return rows.map((row) => ({
    key: Object.fromEntries(check.keys.map((key, n) => [key, row.key[n] ?? ""])),
    fields: check.fields
      .map((field, n) => ({ field, stored: row.stored[n] ?? null, recounted: row.recounted[n] ?? null }))
      .filter((_, n) => row.differs[n] === true),
  }));
}

function compared({ keys, stored, recounted }: Check): string {
  return `(${stored}) as stored full join (${recounted}) as recounted using (${keys.join(", ")})`;
}

function differs(check: Check): string {
  return check.fields.map((field) => fieldDiffers(check, field)).join(" or ");
}

// A counter that came down to zero and a row that never was say the same.
function fieldDiffers({ emptyIsZero }: Check, field: string): string {
  const side = (name: string): string => (emptyIsZero ? `coalesce(${name}.${field}, 0)` : `${name}.${field}`);
  return `(${side("stored")} is distinct from ${side("recounted")})`;
}
