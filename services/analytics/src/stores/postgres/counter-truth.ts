import type pg from "pg";
import type { CounterTruth, CounterValues } from "../counter-store.js";

const hourMs = 60 * 60 * 1_000;
const dayMs = 24 * hourMs;

type Row = { user_id: string; project_id: string; tokens: number; requests: number; hour_tokens: number };

/** Reads today's counters from the rollups: one statement, so one snapshot. Served by usage_rollup_bucket. */
export function createCounterTruth(pool: pg.Pool): CounterTruth {
  return async (at) => {
    const day = Math.floor(at.getTime() / dayMs) * dayMs;
    const hour = Math.floor(at.getTime() / hourMs) * hourMs;
    const { rows } = await pool.query<Row>(
      `select user_id, project_id,
              sum(input_tokens + output_tokens)::bigint as tokens,
              sum(requests)::bigint as requests,
              coalesce(sum(input_tokens + output_tokens) filter (where bucket >= $3 and bucket < $4), 0)::bigint as hour_tokens
       from usage_rollup
       where bucket >= $1 and bucket < $2
       group by user_id, project_id`,
      [new Date(day), new Date(day + dayMs), new Date(hour), new Date(hour + hourMs)],
    );
    return toValues(rows);
  };
}

function toValues(rows: readonly Row[]): CounterValues {
  const users = new Map<string, { tokens: number; requests: number }>();
  const projects = new Map<string, { tokens: number }>();
  let globalTokensThisHour = 0;
  for (const row of rows) {
    const user = users.get(row.user_id) ?? { tokens: 0, requests: 0 };
    users.set(row.user_id, { tokens: user.tokens + row.tokens, requests: user.requests + row.requests });
    globalTokensThisHour += row.hour_tokens;
    // '' is usage without a project.
    if (row.project_id === "") continue;
    projects.set(row.project_id, { tokens: (projects.get(row.project_id)?.tokens ?? 0) + row.tokens });
  }
  return { users, projects, globalTokensThisHour };
}
