import type pg from "pg";
import type { ActiveUserStore, DayActivity } from "../active-user-store.js";
import { dayMasks } from "./app-slices.js";
import { query } from "./transaction.js";

export function createActiveUserStore(pool: pg.Pool): ActiveUserStore {
  return { activeByDay: (projectKey, boundaries) => readActiveByDay(pool, projectKey, boundaries) };
}

type Row = { day: number; daily: number; weekEnds: number; monthEnds: number };

/**
 * One pass over actor_day's primary key (project_key, day, actor_id). An actor who acts on a day is active in the window of n days
 * from that day on, until it acts again (and counts from there) or n days are over: so each active day begins one stretch and
 * ends one, and sums over both give the windows of all days.
 */
async function readActiveByDay(
  pool: pg.Pool,
  projectKey: number,
  boundaries: readonly number[],
): Promise<DayActivity[]> {
  const masks = boundaries.slice(1).flatMap((to, day) => {
    const from = boundaries[day] ?? to;
    return dayMasks({ from, to }).map((mask) => ({ slot: day, ...mask }));
  });
  const rows = await query<Row>(
    pool,
    `with acted as (
       select distinct mask.slot as day, actor_id
       from unnest($2::integer[], $3::date[], $4::bit(96)[]) as mask (slot, day, buckets)
       join actor_day on project_key = $1 and actor_day.day = mask.day and actor_day.buckets & mask.buckets <> 0::bit(96)
     ), stretch as (
       select day, least(next, day + 7) as week_end, least(next, day + 30) as month_end
       from (select day, lead(day) over (partition by actor_id order by day) as next from acted) as following
     )
     select day, sum(daily)::bigint as daily, sum(week_ends)::bigint as "weekEnds", sum(month_ends)::bigint as "monthEnds"
     from (
       select day, count(*) as daily, 0 as week_ends, 0 as month_ends from stretch group by day
       union all select week_end, 0, count(*), 0 from stretch group by week_end
       union all select month_end, 0, 0, count(*) from stretch group by month_end
     ) as turns
     group by day`,
    [projectKey, masks.map(({ slot }) => slot), masks.map(({ day }) => day), masks.map(({ buckets }) => buckets)],
  );
  return addUp(new Map(rows.map((row) => [row.day, row])), boundaries.length - 1);
}

function addUp(turns: ReadonlyMap<number, Row>, days: number): DayActivity[] {
  const all: DayActivity[] = [];
  let [weekly, monthly] = [0, 0];
  for (let day = 0; day < days; day += 1) {
    const { daily = 0, weekEnds = 0, monthEnds = 0 } = turns.get(day) ?? {};
    weekly += daily - weekEnds;
    monthly += daily - monthEnds;
    all.push({ daily, weekly, monthly });
  }
  return all;
}
