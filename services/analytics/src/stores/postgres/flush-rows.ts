import type { DeviceProfile, EventBatch, EventRow } from "../event-store.js";
import { type Dictionary, deviceIdentity, type EventName, nameIdentity } from "./dictionaries.js";

/** A row and the number of the batch that it came with. */
export type FlushRow = EventRow & { batch: number };

export type EventDictionaries = { names: Dictionary<EventName>; devices: Dictionary<DeviceProfile> };

/**
 * The batches' events as rows, each identity once, in the order of the primary key; of equal ones the earlier batch's. This and
 * what it calls runs for every event, so it walks the rows in place instead of mapping them from list to list.
 */
export async function flushRows(batches: readonly EventBatch[], dictionaries: EventDictionaries): Promise<FlushRow[]> {
  const rows = dropRepeats(sortedRows(batches));
  await fillKeys(rows, dictionaries);
  return rows;
}

// Sorted project by project: comparing times within a project's hundred rows is half the work of sorting them all at once.
function sortedRows(batches: readonly EventBatch[]): FlushRow[] {
  const byProject = new Map<number, FlushRow[]>();
  for (const [batch, { projectKey, events }] of batches.entries()) {
    let rows = byProject.get(projectKey);
    if (rows === undefined) {
      rows = [];
      byProject.set(projectKey, rows);
    }
    for (const event of events) rows.push({ batch, projectKey, nameKey: 0, deviceKey: 0, event });
  }
  const sorted: FlushRow[] = [];
  for (const projectKey of [...byProject.keys()].sort((a, b) => a - b)) {
    for (const row of byProject.get(projectKey)?.sort(byIdentity) ?? []) sorted.push(row);
  }
  return sorted;
}

function byIdentity({ event: a }: FlushRow, { event: b }: FlushRow): number {
  return a.occurredAt - b.occurredAt || (a.eventId < b.eventId ? -1 : a.eventId > b.eventId ? 1 : 0);
}

function dropRepeats(rows: FlushRow[]): FlushRow[] {
  const isRepeat = (n: number): boolean => {
    const [before, row] = [rows[n - 1], rows[n]];
    return (
      before !== undefined && row !== undefined && before.projectKey === row.projectKey && byIdentity(before, row) === 0
    );
  };
  for (let n = 1; n < rows.length; n += 1) if (isRepeat(n)) return rows.filter((_, at) => !isRepeat(at));
  return rows;
}

async function fillKeys(rows: readonly FlushRow[], { names, devices }: EventDictionaries): Promise<void> {
  const wantedNames = new Map<string, EventName>();
  const wantedDevices = new Map<string, DeviceProfile>();
  const nameOf: string[] = [];
  const deviceOf: string[] = [];
  let previous: DeviceProfile | undefined;
  let device = "";
  for (const { projectKey, event } of rows) {
    const name = nameIdentity(projectKey, event.type, event.name);
    if (!wantedNames.has(name)) wantedNames.set(name, { projectKey, type: event.type, name: event.name });
    // A session's events lie side by side and are of one device.
    if (previous === undefined || !isSameDevice(previous, event.device)) {
      device = deviceIdentity(event.device);
      wantedDevices.set(device, event.device);
    }
    previous = event.device;
    nameOf.push(name);
    deviceOf.push(device);
  }
  const nameKeys = await names.keysOf(wantedNames);
  const deviceKeys = await devices.keysOf(wantedDevices);
  for (const [n, row] of rows.entries()) {
    row.nameKey = nameKeys.get(nameOf[n] ?? "") ?? noKey();
    row.deviceKey = deviceKeys.get(deviceOf[n] ?? "") ?? noKey();
  }
}

function isSameDevice(a: DeviceProfile, b: DeviceProfile): boolean {
  return (
    a === b ||
    (a.platform === b.platform &&
      a.osVersion === b.osVersion &&
      a.appVersion === b.appVersion &&
      a.appBuild === b.appBuild &&
      a.model === b.model &&
      a.manufacturer === b.manufacturer &&
      a.locale === b.locale &&
      a.timezone === b.timezone)
  );
}

function noKey(): never {
  throw new Error("a dictionary has no number for an entry that it was asked for");
}
