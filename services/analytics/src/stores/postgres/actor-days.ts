import type pg from "pg";
import { bucketMs, type TimeWindow, toInstant } from "../../types.js";
import type { ActiveDay, StoredActor } from "../actor-store.js";

/**
 * The days of an actor between its first and its last event: a look into actor_day's primary key (project_key, day, actor_id) for
 * each, for the range of all of them would be the days of everybody.
 */
export async function readActiveDays(
  client: pg.Pool | pg.PoolClient,
  projectKey: number,
  { actorKey, firstSeenAt, lastSeenAt }: Pick<StoredActor, "actorKey" | "firstSeenAt" | "lastSeenAt">,
): Promise<ActiveDay[]> {
  const { rows } = await client.query<{ day: string; buckets: string }>(
    `select seen.day, seen.buckets::text as buckets
     from generate_series(date_trunc('day', $3::timestamptz), $4::timestamptz, '1 day') as at
     cross join lateral (
       select day, buckets from actor_day where project_key = $1 and day = at::date and actor_id = $2 limit 1
     ) as seen
     order by seen.day`,
    [projectKey, actorKey, toInstant(firstSeenAt), toInstant(lastSeenAt)],
  );
  return rows.map(({ day, buckets }) => {
    const start = Date.parse(`${day}T00:00:00Z`);
    const quarters = [...buckets].flatMap((bit, n) => (bit === "1" ? [start + n * bucketMs] : []));
    return { day: start, quarters };
  });
}

/** When an actor was active, oldest first: quarters of an hour that follow each other within a UTC day are one span. */
export function activeSpans(days: readonly ActiveDay[]): TimeWindow[] {
  const spans: TimeWindow[] = [];
  for (const { quarters } of days) {
    let last: TimeWindow | undefined;
    for (const from of quarters) {
      if (last?.to === from) last.to += bucketMs;
      else {
        last = { from, to: from + bucketMs };
        spans.push(last);
      }
    }
  }
  return spans;
}
