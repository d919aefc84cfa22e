import { expect } from "vitest";
import type { TestApp } from "./app.js";

export type Entry = Record<string, unknown>;
export type PlatformRoute = "/events" | "/usage/api";

export async function rowsOf(app: TestApp): Promise<Record<PlatformRoute, number>> {
  const { rows } = await app.pool.query<Record<PlatformRoute, number>>(
    `select (select count(*) from platform_event) as "/events", (select count(*) from usage_record) as "/usage/api"`,
  );
  return rows[0] ?? { "/events": 0, "/usage/api": 0 };
}

/** Holds a project's events and its ledger to the replies that it got. */
export async function expectAppEvents(
  app: TestApp,
  projectId: string,
  said: { accepted: readonly Entry[]; duplicates: number; rejected: number },
): Promise<void> {
  const { rows } = await app.pool.query<{ id: string; at: Date; properties: unknown }>(
    `select coalesce(event_id_text, event_id::text) as id, occurred_at as at, properties
     from app_event join project using (project_key) where project.id = $1`,
    [projectId],
  );
  const sent = new Map<string, Entry[]>();
  for (const entry of said.accepted) {
    const identity = identityOf(entry, app.clock.now().getTime());
    sent.set(identity, [...(sent.get(identity) ?? []), entry]);
  }
  // No row is missing, none is there twice, none was not acknowledged.
  expect(rows.map(({ id, at }) => `${id} ${at.toISOString()}`).sort()).toEqual([...sent.keys()].sort());
  expect(said.accepted.length - said.duplicates).toBe(rows.length);
  for (const { id, at, properties } of rows) {
    // Of several that came at once any may have been the first.
    const candidates = (sent.get(`${id} ${at.toISOString()}`) ?? []).map((entry) =>
      asStored(entry["properties"] ?? null),
    );
    expect(candidates).toContainEqual(properties);
  }
  const ledger = await app.pool.query(
    `select sum(received)::int as received, sum(stored)::int as stored, sum(duplicates)::int as duplicates,
       sum(rejected)::int as rejected from ingestion_ledger join project using (project_key) where project.id = $1`,
    [projectId],
  );
  const received = said.accepted.length + said.rejected;
  const { duplicates, rejected } = said;
  const counts = { received, stored: rows.length, duplicates, rejected };
  expect(ledger.rows).toEqual([received === 0 ? mapValues(counts, () => null) : counts]);
}

/** What makes an app event one and the same, worked out apart from the service. */
function identityOf({ eventId, timestamp }: Entry, now: number): string {
  return `${eventId} ${new Date(timeOf(String(eventId), timestamp, now)).toISOString()}`;
}

function timeOf(eventId: string, timestamp: unknown, now: number): number {
  if (typeof timestamp === "string") return Date.parse(timestamp);
  const version7 = /^(.{8})-(.{4})-7.{3}-[89ab].{3}-.{12}$/i.exec(eventId);
  const isHex = /^[0-9a-f-]{36}$/i.test(eventId);
  return version7 !== null && isHex ? Number.parseInt(`${version7[1]}${version7[2]}`, 16) : now;
}

/** Holds the rows of acknowledged platform events, or LLM calls, to what was sent under their ids. */
export async function expectPlatformRows(
  app: TestApp,
  route: PlatformRoute,
  acknowledged: readonly Entry[],
): Promise<void> {
  const name = route === "/events" ? "eventId" : "requestId";
  const ids = new Set(acknowledged.map((entry) => entry[name]));
  const { rows } = await app.pool.query<{ id: string; at: Date } & Entry>(statements[route], [[...ids]]);
  expect(rows.length).toBe(ids.size);
  const stored = new Map(rows.map((row) => [row.id, row]));
  for (const entry of acknowledged) {
    const { id, at, ...row } = stored.get(String(entry[name])) ?? { id: "", at: new Date(0) };
    expect({ [name]: id, ...row }).toEqual({
      [name]: entry[name],
      ...mapValues(row, (_, field) => asStored(entry[field] ?? null)),
    });
    if (typeof entry["timestamp"] === "string") expect(at).toEqual(new Date(entry["timestamp"]));
  }
}

const statements: Record<PlatformRoute, string> = {
  "/events": `select event_id as id, occurred_at as at, event, user_id as "userId", project_id as "projectId", metadata
    from platform_event where event_id = any($1::text[])`,
  "/usage/api": `select request_id as id, occurred_at as at, user_id as "userId", project_id as "projectId", model,
      input_tokens as "inputTokens", output_tokens as "outputTokens", provider, feature, tags, status, duration_ms as "durationMs"
    from usage_record where request_id = any($1::text[])`,
};

/** JSON has no -0. */
function asStored(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function mapValues(object: Entry, map: (value: unknown, name: string) => unknown): Entry {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value, name)]));
}
