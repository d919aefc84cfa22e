import type pg from "pg";
import type { RetainedActors, RetentionStore } from "../retention-store.js";
import { dayMasks, within } from "./app-slices.js";
import { slotOf, windowOf } from "./series.js";
import { type Bindings, createBindings } from "./slices.js";
import { query } from "./transaction.js";

export function createRetentionStore(pool: pg.Pool): RetentionStore {
  return {
    activeByOffset: (projectKey, boundaries) =>
      readRetained(pool, projectKey, boundaries, "select distinct actor_id, slot"),
    lastActiveByOffset: (projectKey, boundaries) =>
      readRetained(pool, projectKey, boundaries, "select actor_id, max(slot) as slot", "group by actor_id"),
  };
}

// The cohorts by actor_first_seen_at; what they did by actor_day's primary key (project_key, day, actor_id), once for each day.
async function readRetained(
  pool: pg.Pool,
  projectKey: number,
  boundaries: readonly number[],
  select: string,
  group = "",
): Promise<RetainedActors[]> {
  const bindings = createBindings();
  const project = `${bindings.bind(projectKey)}::integer`;
  const cohort = `select actor_id, ${slotOf(bindings, boundaries, "first_seen_at")} as cohort from actor
    where project_key = ${project} and ${within(bindings, "first_seen_at", windowOf(boundaries))}`;
  return query<RetainedActors>(
    pool,
    `select cohort - 1 as cohort, slot - cohort as "offset", count(*) as actors
     from (${cohort}) as arrived
     join (${select} from ${masksOf(bindings, boundaries)}
       join actor_day on project_key = ${project} and actor_day.day = mask.day and actor_day.buckets & mask.buckets <> 0::bit(96)
       ${group}) as acted using (actor_id)
     group by 1, 2`,
    bindings.values,
  );
}

/** The days of each interval, numbered from 1, with the quarters of an hour that belong to it. */
function masksOf(bindings: Bindings, boundaries: readonly number[]): string {
  const masks = boundaries.slice(1).flatMap((to, n) => {
    const from = boundaries[n] ?? to;
    return dayMasks({ from, to }).map((mask) => ({ slot: n + 1, ...mask }));
  });
  const [slots, days, buckets] = [
    bindings.bind(masks.map(({ slot }) => slot)),
    bindings.bind(masks.map(({ day }) => day)),
    bindings.bind(masks.map((mask) => mask.buckets)),
  ];
  return `unnest(${slots}::integer[], ${days}::date[], ${buckets}::bit(96)[]) as mask (slot, day, buckets)`;
}
