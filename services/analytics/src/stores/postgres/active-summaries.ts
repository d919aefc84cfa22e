import type pg from "pg";
import { calendarPeriodAt, localDate } from "../../periods.js";
import { dayMasks } from "./app-slices.js";
import { patientQuery } from "./patient-query.js";

/** Calendar units whose actives are kept. */
export const activeUnits = ["day", "week", "month"] as const;

/** A calendar day, week or month of a time zone, whose actives are kept. */
export type ActivePeriod = {
  timezone: string;
  unit: (typeof activeUnits)[number];
  startsOn: string;
  from: number;
  to: number;
};

/** Those that end in `(after, upTo]`. */
export function periodsEndingIn(timezone: string, after: number, upTo: number): ActivePeriod[] {
  return activeUnits.flatMap((unit) => {
    const ending: ActivePeriod[] = [];
    let period = calendarPeriodAt(after, timezone, unit);
    for (; period.to <= upTo; period = calendarPeriodAt(period.to, timezone, unit)) {
      if (period.to > after) ending.push({ timezone, unit, startsOn: localDate(period.from, timezone), ...period });
    }
    return ending;
  });
}

/** Those that share a moment with `[from, to)` and have ended by `closedBefore`. */
export function periodsTouching(timezone: string, from: number, to: number, closedBefore: number): ActivePeriod[] {
  return activeUnits.flatMap((unit) => {
    const touching: ActivePeriod[] = [];
    let period = calendarPeriodAt(from, timezone, unit);
    for (; period.from < to && period.to <= closedBefore; period = calendarPeriodAt(period.to, timezone, unit)) {
      touching.push({ timezone, unit, startsOn: localDate(period.from, timezone), ...period });
    }
    return touching;
  });
}

/**
 * Counts the actives of these periods again: of the named projects, else of all that have the period's time zone (of all, for UTC).
 * Reads actor_day by its primary key.
 */
export async function countActives(
  client: pg.PoolClient,
  periods: readonly ActivePeriod[],
  projectKeys: readonly number[] | null = null,
): Promise<void> {
  if (periods.length === 0) return;
  const names = [
    periods.map(({ timezone }) => timezone),
    periods.map(({ unit }) => unit),
    periods.map(({ startsOn }) => startsOn),
  ];
  const ofProjects = projectKeys === null ? "project_key <> 0" : "project_key = any($4::integer[])";
  const keys = projectKeys === null ? [] : [[...projectKeys]];
  await patientQuery(
    client,
    `delete from active_summary using unnest($1::text[], $2::text[], $3::date[]) as period (timezone, unit, starts_on)
     where active_summary.timezone = period.timezone and active_summary.unit = period.unit
       and active_summary.starts_on = period.starts_on and ${ofProjects}`,
    [...names, ...keys],
  );
  const masks = periods.flatMap((period) => dayMasks(period).map((mask) => ({ ...period, ...mask })));
  await patientQuery(
    client,
    `insert into active_summary (timezone, unit, starts_on, project_key, active_users)
     select mask.timezone, unit, starts_on, project_key, count(distinct actor_id)
     from unnest($1::text[], $2::text[], $3::date[], $${4 + keys.length}::date[], $${5 + keys.length}::bit(96)[])
         as mask (timezone, unit, starts_on, day, buckets)
       join project on mask.timezone = 'UTC' or mask.timezone = project.timezone
       join actor_day using (project_key, day)
     where actor_day.buckets & mask.buckets <> 0::bit(96) and ${ofProjects}
     group by 1, 2, 3, 4`,
    [
      masks.map(({ timezone }) => timezone),
      masks.map(({ unit }) => unit),
      masks.map(({ startsOn }) => startsOn),
      ...keys,
      masks.map(({ day }) => day),
      masks.map(({ buckets }) => buckets),
    ],
  );
  await addUpPlatform(client, names);
}

// All projects together, in UTC.
async function addUpPlatform(client: pg.PoolClient, names: readonly string[][]): Promise<void> {
  await patientQuery(
    client,
    `insert into active_summary (timezone, unit, starts_on, project_key, active_users)
     select 'UTC', unit, starts_on, 0, coalesce(sum(active_users), 0)
     from unnest($1::text[], $2::text[], $3::date[]) as period (timezone, unit, starts_on)
       left join (select * from active_summary where project_key <> 0) as own using (timezone, unit, starts_on)
     where timezone = 'UTC'
     group by unit, starts_on
     on conflict (timezone, unit, starts_on, project_key) do update set active_users = excluded.active_users`,
    names as unknown[],
  );
}

/** The same of projects whose time zone is another one than at the last time; the rows of the one before go. */
export async function followTimeZones(client: pg.PoolClient, closedBefore: number): Promise<number> {
  await patientQuery(
    client,
    `delete from active_summary using project
     where active_summary.project_key = project.project_key and active_summary.timezone not in ('UTC', project.timezone)`,
  );
  // Whoever was active has a row in UTC.
  const { rows } = await client.query<{ project_key: number; timezone: string; first: string }>(
    `select project.project_key, project.timezone, min(known.starts_on) as first
     from project join active_summary as known on known.project_key = project.project_key and known.timezone = 'UTC'
     where project.timezone <> 'UTC' and not exists (
       select from active_summary as own where own.project_key = project.project_key and own.timezone = project.timezone
     )
     group by 1, 2`,
  );
  for (const { project_key, timezone, first } of rows) {
    const periods = periodsEndingIn(timezone, Date.parse(`${first}T00:00:00Z`), closedBefore);
    await countActives(client, periods, [project_key]);
  }
  // Who was active for the first time in a local day that is not over yet has nothing to count.
  const followed = await client.query<{ projects: number }>(
    `select count(distinct project_key) as projects from active_summary
     where project_key = any($1::integer[]) and timezone <> 'UTC'`,
    [rows.map((row) => row.project_key)],
  );
  return followed.rows[0]?.projects ?? 0;
}

/** Counts the actives again of all that late events touched: closed days of projects. */
export async function recountActives(
  client: pg.PoolClient,
  touched: readonly { projectKey: number; day: number }[],
  closedBefore: number,
): Promise<void> {
  const { rows } = await client.query<{ project_key: number; timezone: string }>(
    "select project_key, timezone from project where project_key = any($1::integer[])",
    [[...new Set(touched.map(({ projectKey }) => projectKey))]],
  );
  const timezoneOf = new Map(rows.map((row) => [row.project_key, row.timezone]));
  const keysOf = new Map<string, { period: ActivePeriod; keys: Set<number> }>();
  for (const { projectKey, day } of touched) {
    for (const timezone of new Set(["UTC", timezoneOf.get(projectKey) ?? "UTC"])) {
      for (const period of periodsTouching(timezone, day, day + 86_400_000, closedBefore)) {
        const name = JSON.stringify([timezone, period.unit, period.startsOn]);
        const entry = keysOf.get(name) ?? { period, keys: new Set() };
        keysOf.set(name, entry);
        entry.keys.add(projectKey);
      }
    }
  }
  for (const { period, keys } of keysOf.values()) await countActives(client, [period], [...keys]);
}

/** The time zones that projects have, UTC among them. */
export async function readTimeZones(client: pg.PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ timezone: string }>("select distinct timezone from project");
  return [...new Set(["UTC", ...rows.map(({ timezone }) => timezone)])];
}
