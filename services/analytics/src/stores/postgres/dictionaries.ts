import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type pg from "pg";
import type { DeviceProfile } from "../event-store.js";
import { query } from "./transaction.js";

/** Repeated values of event rows, each stored once and known by a number. */
export type Dictionary<Entry> = {
  /** The number of each entry, keyed by its identity; those that are new are stored first, outside any transaction. */
  keysOf(entries: ReadonlyMap<string, Entry>): Promise<Map<string, number>>;
};

export type EventName = { projectKey: number; type: string; name: string };

// NUL can't be in any of the texts: it is no printable character.
const separator = "\u0000";

export function nameIdentity(projectKey: number, type: string, name: string): string {
  return `${projectKey}${separator}${type}${separator}${name}`;
}

export function deviceIdentity(device: DeviceProfile): string {
  const { platform, osVersion, appVersion, appBuild, model, manufacturer, locale, timezone } = device;
  return [platform, osVersion, appVersion, appBuild, model, manufacturer, locale, timezone].join(separator);
}

/** A name takes some 200 bytes here, so a full cache some 10 MB. */
const maxCachedEntries = 50_000;

export function createEventNames(pool: pg.Pool): Dictionary<EventName> {
  const values = (names: readonly EventName[]): unknown[] => [
    names.map((name) => name.projectKey),
    names.map((name) => name.type),
    names.map((name) => name.name),
  ];
  return createDictionary<EventName>({
    find: (names) =>
      query(
        pool,
        `select sent.n, known.name_key as key
         from unnest($1::integer[], $2::text[], $3::text[]) with ordinality as sent (project_key, type, name, n)
         join event_name as known using (project_key, type, name)`,
        values(names),
      ),
    add: (names) =>
      query(
        pool,
        `insert into event_name (project_key, type, name)
         select * from unnest($1::integer[], $2::text[], $3::text[])
         on conflict (project_key, type, name) do nothing`,
        values(names),
      ),
  });
}

export function createDeviceProfiles(pool: pg.Pool): Dictionary<DeviceProfile> {
  return createDictionary<DeviceProfile>({
    find: (devices) =>
      query(
        pool,
        `select sent.n, known.device_key as key
         from unnest($1::uuid[]) with ordinality as sent (hash, n) join device_profile as known using (hash)`,
        [devices.map(deviceHash)],
      ),
    add: (devices) =>
      query(
        pool,
        `insert into device_profile (hash, platform, os_version, app_version, app_build, model, manufacturer, locale, timezone)
         select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
         on conflict (hash) do nothing`,
        [
          devices.map(deviceHash),
          devices.map((device) => device.platform),
          devices.map((device) => device.osVersion),
          devices.map((device) => device.appVersion),
          devices.map((device) => device.appBuild),
          devices.map((device) => device.model),
          devices.map((device) => device.manufacturer),
          devices.map((device) => device.locale),
          devices.map((device) => device.timezone),
        ],
      ),
  });
}

type Table<Entry> = {
  /** `n` is the entry's place in the list, from 1; entries that are not stored are left out. */
  find(entries: readonly Entry[]): Promise<{ n: number; key: number }[]>;
  add(entries: readonly Entry[]): Promise<unknown>;
};

function createDictionary<Entry>(table: Table<Entry>): Dictionary<Entry> {
  const cache = new LRUCache<string, number>({ max: maxCachedEntries });

  async function findInTable(wanted: [string, Entry][], keys: Map<string, number>): Promise<[string, Entry][]> {
    for (const { n, key } of await table.find(wanted.map(([, entry]) => entry))) {
      const identity = wanted[n - 1]?.[0];
      if (identity === undefined) continue;
      keys.set(identity, key);
      cache.set(identity, key);
    }
    return wanted.filter(([identity]) => !keys.has(identity));
  }

  async function keysOf(entries: ReadonlyMap<string, Entry>): Promise<Map<string, number>> {
    const keys = new Map<string, number>();
    const unseen: [string, Entry][] = [];
    for (const [identity, entry] of entries) {
      const key = cache.get(identity);
      if (key === undefined) unseen.push([identity, entry]);
      else keys.set(identity, key);
    }
    if (unseen.length === 0) return keys;
    // Looked for before it is added: an insert that meets a conflict uses up a number all the same.
    const fresh = await findInTable(unseen, keys);
    if (fresh.length === 0) return keys;
    // In one order everywhere, so that two replicas that add the same entries wait for each other only one way round.
    fresh.sort(([a], [b]) => (a < b ? -1 : 1));
    await table.add(fresh.map(([, entry]) => entry));
    const lost = await findInTable(fresh, keys);
    if (lost.length > 0) throw new Error(`${lost.length} dictionary entries are gone right after they were stored`);
    return keys;
  }

  return { keysOf };
}

function deviceHash(device: DeviceProfile): string {
  // Half of a SHA-256; PostgreSQL reads 32 hex digits as a UUID.
  return hash("sha256", deviceIdentity(device), "hex").slice(0, 32);
}
