import type pg from "pg";
import type { FunnelDevice, FunnelEvent, FunnelScan, FunnelStore } from "../funnel-store.js";
import { stepCondition } from "./funnel-conditions.js";
import { deviceConditions, eventsIn } from "./insight-conditions.js";
import { createBindings } from "./slices.js";
import { inSnapshot, query } from "./transaction.js";

export function createFunnelStore(pool: pg.Pool): FunnelStore {
  return {
    readUnits: (scan, begin) => readUnits(pool, scan, begin),
    devicesOf: (deviceKeys) => readDevices(pool, deviceKeys),
  };
}

// Units at a time: of a hundred events each, about a megabyte of text.
const unitsPerFetch = 500;

// Grouping two million events takes this much; with less they go through files, at half the speed.
const groupingMemory = "64MB";

async function readUnits(pool: pg.Pool, scan: FunnelScan, begin: () => (events: FunnelEvent[]) => void): Promise<void> {
  const { text, values } = unitsQuery(scan);
  await inSnapshot(pool, async (client) => {
    await client.query(`set local work_mem = '${groupingMemory}'`);
    // All rows will be read: no plan is better for giving the first ones early.
    await client.query("set local cursor_tuple_fraction = 1");
    await client.query(`declare unit no scroll cursor for ${text}`, values);
    const visit = begin();
    for (;;) {
      const { rows } = await client.query<UnitRow>(`fetch ${unitsPerFetch} from unit`);
      for (const row of rows) visit(eventsOf(row, scan.window.from));
      if (rows.length < unitsPerFetch) return;
    }
  });
}

type UnitRow = { events: string; devices: string };

/** A row a unit, with the events and their devices side by side: a row an event would take longer to send than to read. */
function unitsQuery({ projectKey, window, steps, unit, filter }: FunnelScan): { text: string; values: unknown[] } {
  const bindings = createBindings();
  const project = `${bindings.bind(projectKey)}::integer`;
  const unitId = unit === "actors" ? "actor_id" : "session_id";
  const conditions = steps.map((step) => `(${stepCondition(bindings, project, step)})`);
  const mask = conditions.map((condition, n) => `case when ${condition} then ${2 ** n} else 0 end`).join(" + ");
  const events = eventsIn(bindings, {
    ...{ project, window },
    columns: `${unitId} as unit, device_key, ${mask} as steps`,
    conditions: [`${unitId} is not null`, `(${conditions.join(" or ")})`, ...deviceConditions(bindings, filter)],
  });
  const offset = `(date_part('epoch', at) * 1000)::bigint - ${bindings.bind(window.from)}::bigint`;
  return {
    text: `select string_agg(((${offset}) * ${maskSize} + steps)::text, ',') as events, string_agg(device_key::text, ',') as devices
      from ${events} as event group by unit having bit_or(steps) & 1 = 1`,
    values: bindings.values,
  };
}

/** Of eight steps. A time and a mask are one number: eight years are less than 2^38 milliseconds. */
const maskSize = 256;

function eventsOf({ events, devices }: UnitRow, from: number): FunnelEvent[] {
  const deviceKeys = devices.split(",");
  return events.split(",").map((text, n) => {
    const number = Number(text);
    const steps = number % maskSize;
    return { at: from + (number - steps) / maskSize, steps, deviceKey: Number(deviceKeys[n]) };
  });
}

// The primary key of device_profile.
async function readDevices(pool: pg.Pool, deviceKeys: readonly number[]): Promise<Map<number, FunnelDevice>> {
  const rows = await query<FunnelDevice & { deviceKey: number }>(
    pool,
    `select device_key as "deviceKey", platform, app_version as version, timezone from device_profile
     where device_key = any($1::integer[])`,
    [deviceKeys],
  );
  return new Map(rows.map(({ deviceKey, ...device }) => [deviceKey, device]));
}
