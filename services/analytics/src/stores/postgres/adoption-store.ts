import type { AdoptionDimension } from "@mobigen/analytics-contract";
import type pg from "pg";
import type { Adopted, Adopters, AdoptionFigures, AdoptionQuestion, AdoptionStore } from "../adoption-store.js";
import { within } from "./app-slices.js";
import { deviceConditions } from "./insight-conditions.js";
import { fillSeries, slotOf, windowOf } from "./series.js";
import { type Bindings, createBindings } from "./slices.js";
import { inSnapshot } from "./transaction.js";

export function createAdoptionStore(pool: pg.Pool): AdoptionStore {
  return {
    adoptionOf: (question) =>
      inSnapshot(pool, async (client) => {
        const { items, values } = await readItems(client, question);
        return { items, values, ...(await readSeries(client, question, items)) };
      }),
  };
}

type Item = Adopters & { value: string; firstSeenAt: Date; lastSeenAt: Date; values: number };

async function readItems(
  client: pg.PoolClient,
  question: AdoptionQuestion,
): Promise<Pick<AdoptionFigures, "items" | "values">> {
  const bindings = createBindings();
  const { rows } = await client.query<Item>(
    `select value, count(*) as sessions, count(distinct actor_id) as users, min(at) as "firstSeenAt", max(at) as "lastSeenAt",
       count(*) over () as values
     from ${sessionsOf(bindings, question)} as begun
     group by value order by 2 desc, value limit ${bindings.bind(question.limit)}`,
    bindings.values,
  );
  const items = rows.map(
    ({ value, sessions, users, firstSeenAt, lastSeenAt }): Adopted => ({
      ...{ value, sessions, users },
      firstSeenAt: firstSeenAt.getTime(),
      lastSeenAt: lastSeenAt.getTime(),
    }),
  );
  return { items, values: rows[0]?.values ?? 0 };
}

/** `level`: 0 for an item of an interval, 1 for an interval, 3 for all of them. */
type SeriesRow = Adopters & { slot: number; item: number | null; level: number };

async function readSeries(
  client: pg.PoolClient,
  question: AdoptionQuestion,
  items: readonly Adopted[],
): Promise<Pick<AdoptionFigures, "total" | "series">> {
  const bindings = createBindings();
  const { boundaries } = question;
  const shown = bindings.bind(items.map(({ value }) => value));
  const { rows } = await client.query<SeriesRow>(
    `select slot, item, grouping(slot, item) as level, count(*) as sessions, count(distinct actor_id) as users
     from (
       select ${slotOf(bindings, boundaries)} as slot, array_position(${shown}::text[], value) as item, actor_id
       from ${sessionsOf(bindings, question)} as begun
     ) as placed
     group by grouping sets ((slot, item), (slot), ())`,
    bindings.values,
  );
  const totals = fillSeries(
    boundaries,
    rows.filter(({ level }) => level === 1),
    none,
    adoptersOf,
  );
  const series = totals.map((total) => ({ total, items: items.map(() => none) }));
  for (const row of rows) {
    const entry = series[row.slot - 1];
    // A null item stands for all those that are not shown.
    if (row.level === 0 && row.item !== null && entry !== undefined) entry.items[row.item - 1] = adoptersOf(row);
  }
  const whole = rows.find(({ level }) => level === 3);
  return { total: whole === undefined ? none : adoptersOf(whole), series };
}

const none: Adopters = { sessions: 0, users: 0 };

function adoptersOf({ sessions, users }: Adopters): Adopters {
  return { sessions, users };
}

const columns: Readonly<Record<Exclude<AdoptionDimension, "country">, string>> = {
  version: "app_version",
  platform: "platform",
  device: "model",
};

// The sessions that began: session_started_at, and the primary key of device_profile.
function sessionsOf(
  bindings: Bindings,
  { projectKey, boundaries, dimension, filter, zones }: AdoptionQuestion,
): string {
  const conditions = [
    `project_key = ${bindings.bind(projectKey)}`,
    within(bindings, "started_at", windowOf(boundaries)),
    ...deviceConditions(bindings, filter),
  ].join(" and ");
  const from = "session join device_profile using (device_key)";
  if (dimension !== "country") {
    return `(select started_at as at, ${columns[dimension]} as value, actor_id from ${from} where ${conditions})`;
  }
  const [timezones, countries] = [bindings.bind(zones.timezones), bindings.bind(zones.countries)];
  return `(select started_at as at, coalesce(country, '') as value, actor_id
    from ${from} left join unnest(${timezones}::text[], ${countries}::text[]) as zone (timezone, country) using (timezone)
    where ${conditions})`;
}
