import { setImmediate as nextTurn } from "node:timers/promises";
import type { FunnelStep } from "@mobigen/analytics-contract";
import type pg from "pg";
import type { TimeWindow } from "../../types.js";
import type { FunnelDevice, FunnelEvent, FunnelScan, FunnelStore } from "../funnel-store.js";
import { readCorrectedRanges } from "./corrected-days.js";
import { type KeyedStep, stepCondition } from "./funnel-conditions.js";
import { deviceConditions, eventsIn, nameKeys } from "./insight-conditions.js";
import { createBindings } from "./slices.js";
import { inSnapshot, query } from "./transaction.js";

export function createFunnelStore(pool: pg.Pool): FunnelStore {
  return {
    readUnits: (scan, visit) => readUnits(pool, scan, visit),
    devicesOf: (deviceKeys) => readDevices(pool, deviceKeys),
  };
}

// A million events in groups; with less they go through files.
const groupingMemory = "64MB";

type Row = { units: string };

async function readUnits(pool: pg.Pool, scan: FunnelScan, visit: (events: FunnelEvent[]) => void): Promise<void> {
  const rows = await inSnapshot(pool, async (client) => {
    const steps: KeyedStep[] = [];
    for (const step of scan.steps) {
      steps.push({ nameKeys: await readNameKeys(client, scan.projectKey, step), properties: step.properties ?? [] });
    }
    await client.query(`set local work_mem = '${groupingMemory}'`);
    const corrected = await readCorrectedRanges(client, [scan.window], { projectKey: scan.projectKey });
    const { text, values } = unitsQuery(scan, steps, corrected);
    return (await client.query<Row>(text, values)).rows;
  });
  for (let row = rows.pop(); row !== undefined; row = rows.pop()) {
    readRow(row.units, scan.window.from, visit);
    // A second of walking, all in all: others are served in between.
    await nextTurn();
  }
}

// As numbers, not as a subselect in the conditions: that would be planned anew for each partition, and take as long as the reading.
async function readNameKeys(client: pg.PoolClient, projectKey: number, { type, name }: FunnelStep): Promise<number[]> {
  const bindings = createBindings();
  const project = `${bindings.bind(projectKey)}::integer`;
  const conditions = nameKeys(bindings, project, name === undefined ? { type } : { type, name });
  const { rows } = await client.query<{ name_key: number }>(
    `select name_key from event_name where project_key = ${project} and ${conditions.join(" and ")}`,
    bindings.values,
  );
  return rows.map(({ name_key }) => name_key);
}

const unitSeparator = ";";
const eventSeparator = ",";
const deviceSeparator = ":";

const separators = {
  unit: unitSeparator.charCodeAt(0),
  event: eventSeparator.charCodeAt(0),
  device: deviceSeparator.charCodeAt(0),
};
const digitZero = "0".charCodeAt(0);

/** Of eight steps. A time and a mask are one number: eight years are less than 2^38 milliseconds. */
const maskSize = 256;

/**
 * A number an event, the events of a unit side by side, the units in 256 rows: a row an event, or a unit, would take longer to
 * send than to read. No cursor: it would have no parallel plan. The events: see eventsIn. That there is a unit is asked of the groups:
 * its column lies behind all others that are asked for, and would be looked up in each row.
 */
function unitsQuery(
  { projectKey, window, unit, filter, withDevices }: FunnelScan,
  steps: readonly KeyedStep[],
  corrected: readonly TimeWindow[],
): { text: string; values: unknown[] } {
  const bindings = createBindings();
  const project = `${bindings.bind(projectKey)}::integer`;
  const unitId = unit === "actors" ? "actor_id" : "session_id";
  const conditions = steps.map((step) => stepCondition(bindings, step));
  const mask = conditions.map((condition, n) => `case when ${condition} then ${2 ** n} else 0 end`).join(" + ");
  const anyName = `name_key = any(${bindings.bind([...new Set(steps.flatMap((step) => step.nameKeys))])}::integer[])`;
  // Of the right names are all that are read; looking at the properties of each twice pays, for there is less to group.
  const anyStep = steps.some(({ properties }) => properties.length > 0) ? [`(${conditions.join(" or ")})`] : [];
  const events = eventsIn(bindings, {
    ...{ project, window, corrected },
    columns: `${unitId} as unit, device_key, ${mask} as steps, ${conditions[0]} as is_first`,
    conditions: [anyName, ...deviceConditions(bindings, filter), ...anyStep],
  });
  const from = `${bindings.bind(window.from)}::bigint`;
  const number = `(((date_part('epoch', at) * 1000)::bigint - ${from}) * ${maskSize} + steps)::text`;
  const event = withDevices ? `${number} || '${deviceSeparator}' || device_key` : number;
  return {
    text: `select string_agg(events, '${unitSeparator}') as units
      from (
        select unit, string_agg(${event}, '${eventSeparator}') as events
        from ${events} as event group by unit having bool_or(is_first) and unit is not null
      ) as walked
      group by get_byte(uuid_send(unit), 15)`,
    values: bindings.values,
  };
}

/** The units of a row, one after another. Digit by digit: millions of small texts to split off and convert take three times as long. */
function readRow(units: string, from: number, visit: (events: FunnelEvent[]) => void): void {
  let events: FunnelEvent[] = [];
  let [number, beforeDevice] = [0, 0];
  for (let at = 0; at <= units.length; at += 1) {
    const code = at === units.length ? separators.unit : units.charCodeAt(at);
    if (code === separators.event || code === separators.unit) {
      // Without a device the time and the steps are the only number. It is not 0: an event is one of the steps.
      const timeAndSteps = beforeDevice === 0 ? number : beforeDevice;
      const sinceFrom = Math.floor(timeAndSteps / maskSize);
      const steps = timeAndSteps - sinceFrom * maskSize;
      events.push({ at: from + sinceFrom, steps, deviceKey: beforeDevice === 0 ? 0 : number });
      [number, beforeDevice] = [0, 0];
      if (code === separators.unit) {
        visit(events);
        events = [];
      }
    } else if (code === separators.device) {
      [beforeDevice, number] = [number, 0];
    } else {
      number = number * 10 + (code - digitZero);
    }
  }
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
