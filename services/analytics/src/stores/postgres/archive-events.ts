import type pg from "pg";
import type { ArchiveDay, ArchivePart, ArchiveRow, ArchiveSource } from "../archive-store.js";
import { cellOf, countedAt, eventColumns, eventDigest, settledAt, tableOf } from "./archive-event-rows.js";
import { removeEvents } from "./archive-events-removal.js";
import { restoreEvents } from "./archive-events-restore.js";
import { cutoffOf, dayMs, exportRows, heldDays, type RetentionRules, slowly, takeTime } from "./archive-rows.js";
import { hashIdentity, utcDay } from "./event-identity.js";
import { readPartitions } from "./partitions.js";
import { inSnapshot, query } from "./transaction.js";

/** Raw app events: a partition at a time, or what the default partition has of any day. */
export function createEventArchive(pool: pg.Pool, rules: RetentionRules): ArchiveSource {
  return {
    kind: "app_event",
    columns: eventColumns.map(({ sql: _, ...column }) => column),
    dueDays: (now) => readDueDays(pool, now, rules),
    partsOf: (day, now) => readParts(pool, day, now, rules),
    export: (day, parts, onRows) => exportRows(pool, parts, exportOf(day, parts), onRows),
    identityOf,
    remove: (day, files, at, beforeCommit) => removeEvents(pool, { day, files, at, beforeCommit }),
    restore: (file, rows, when, beforeCommit) => restoreEvents(pool, { file, rows, when, beforeCommit }),
  };
}

// Partitions with rows, or none: what is dropped when it is empty shows here too. The default partition last.
async function readDueDays(pool: pg.Pool, now: Date, rules: RetentionRules): Promise<ArchiveDay[]> {
  const latest = cutoffOf(now, 0, rules).getTime();
  const held = await heldDays(pool, "app_event", now);
  const days = [...(await readPartitions(pool))]
    .flatMap((name) => /^app_event_(\d{4})(\d\d)(\d\d)$/.exec(name)?.slice(1).join("-") ?? [])
    .filter((day) => Date.parse(day) + dayMs <= latest)
    .sort();
  return [...days, null].filter((day) => !held.has(day));
}

type PresentRow = { project_key: number; id: string; retention_days: number };

async function readParts(pool: pg.Pool, day: ArchiveDay, now: Date, rules: RetentionRules): Promise<ArchivePart[]> {
  const table = tableOf(day);
  // One look into the primary key for each project, however many rows it has.
  const present = await query<PresentRow>(
    pool,
    `with recursive present as (
       (select project_key from ${table} order by project_key limit 1)
       union all
       select (select project_key from ${table} where project_key > present.project_key order by project_key limit 1)
       from present where present.project_key is not null
     )
     select project_key, id, retention_days from present join project using (project_key)`,
  );
  const due = present
    .map((row) => ({ ...row, cutoff: cutoffOf(now, row.retention_days, rules) }))
    .filter(({ cutoff }) => day === null || Date.parse(day) + dayMs <= cutoff.getTime());
  if (due.length === 0) return [];
  return inSnapshot(pool, async (client) => {
    await takeTime(client);
    const { rows } = await slowly<{ project_id: string; rows: number; cutoff: Date }>(
      client,
      `select part.project_id, count(*) as rows, part.cutoff
       from ${table} as event
       join unnest($1::integer[], $2::text[], $3::timestamptz[]) as part (project_key, project_id, cutoff) using (project_key)
       where ${settledAt} < part.cutoff
       group by part.project_id, part.cutoff order by part.project_id`,
      [due.map((row) => row.project_key), due.map((row) => row.id), due.map((row) => row.cutoff)],
    );
    return rows.map((row) => ({ projectId: row.project_id, rows: row.rows, cutoff: row.cutoff }));
  });
}

function exportOf(day: ArchiveDay, parts: readonly ArchivePart[]) {
  const from = `${tableOf(day)} as event
    join (
      select project_key, project_id, cutoff
      from unnest($1::text[], $2::timestamptz[]) as wanted (project_id, cutoff) join project on project.id = project_id
    ) as part using (project_key)`;
  const where = `where ${settledAt} < part.cutoff`;
  return {
    summary: `select part.project_id, count(*) as rows, ${eventDigest}::text as digest, min(event.occurred_at) as first_at,
        max(event.occurred_at) as last_at, max(${countedAt}) as last_counted_at, max(event.received_at) as last_received_at
      from ${from} ${where} group by part.project_id order by part.project_id`,
    rows: `select ${eventColumns.map(({ sql }) => sql).join(", ")}
      from ${from}
      join event_name using (name_key)
      join device_profile as device using (device_key)
      left join actor on actor.project_key = event.project_key and actor.actor_id = event.actor_id
      ${where}
      order by event.project_key, event.occurred_at, event.event_id`,
    values: [parts.map((part) => part.projectId), parts.map((part) => part.cutoff)],
  };
}

function identityOf(row: ArchiveRow): { projectId: string; day: string; identity: Buffer } {
  const occurredAt = (cellOf(row, "occurred_at") as Date).getTime();
  const identity = hashIdentity(occurredAt, String(cellOf(row, "event_id")));
  return { projectId: String(cellOf(row, "project_id")), day: utcDay(occurredAt), identity };
}
