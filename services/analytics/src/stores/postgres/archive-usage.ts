import type pg from "pg";
import type { ArchiveDay, ArchivePart, ArchiveSource } from "../archive-store.js";
import { cutoffOf, dayMs, exportRows, heldDays, type RetentionRules } from "./archive-rows.js";
import { removeUsage, restoreUsage } from "./archive-usage-moves.js";
import { ofDay, usageColumns, usageDigest, usageProject } from "./archive-usage-rows.js";
import { query } from "./transaction.js";

/** Usage records, a UTC day at a time. Those without a price stay: a price may come for them. */
export function createUsageArchive(pool: pg.Pool, rules: RetentionRules): ArchiveSource {
  return {
    kind: "usage_record",
    columns: usageColumns.map(({ sql: _, ...column }) => column),
    dueDays: (now) => readDueDays(pool, now, rules),
    partsOf: (day, now) => (day === null ? Promise.resolve([]) : readParts(pool, day, now, rules)),
    export: (day, parts, onRows) => exportRows(pool, parts, exportOf(day, parts), onRows),
    remove: (day, files, at, beforeCommit) => removeUsage(pool, { day, files, at, beforeCommit }),
    restore: (file, rows, when, beforeCommit) => restoreUsage(pool, { file, rows, when, beforeCommit }),
  };
}

// From day to day that has a row, one look into usage_record_occurred_at each.
async function readDueDays(pool: pg.Pool, now: Date, rules: RetentionRules): Promise<ArchiveDay[]> {
  const held = await heldDays(pool, "usage_record", now);
  const rows = await query<{ day: string }>(
    pool,
    `with recursive used as (
       select min(occurred_at)::date as day from usage_record
       union all
       select (select min(occurred_at)::date from usage_record where occurred_at >= used.day + 1) from used where used.day is not null
     )
     select day from used where day < $1::timestamptz order by day`,
    [cutoffOf(now, 0, rules)],
  );
  return rows.map((row) => row.day).filter((day) => !held.has(day));
}

async function readParts(pool: pg.Pool, day: string, now: Date, rules: RetentionRules): Promise<ArchivePart[]> {
  const rows = await query<{ project_id: string; rows: number; retention_days: number | null }>(
    pool,
    `select used.project_id, used.rows, project.retention_days
     from (
       select ${usageProject} as project_id, count(*) as rows from usage_record
       where ${ofDay("$1")} and price_id is not null group by 1
     ) as used
     left join project on project.id = used.project_id
     order by used.project_id`,
    [day],
  );
  return rows
    .map(({ project_id, rows, retention_days }) => {
      const cutoff = cutoffOf(now, retention_days ?? rules.defaultRetentionDays, rules);
      return { projectId: project_id, rows, cutoff };
    })
    .filter(({ cutoff }) => Date.parse(day) + dayMs <= cutoff.getTime());
}

function exportOf(day: ArchiveDay, parts: readonly ArchivePart[]) {
  const where = `where ${ofDay("$1")} and price_id is not null and ${usageProject} = any($2::text[])`;
  return {
    summary: `select ${usageProject} as project_id, count(*) as rows, ${usageDigest}::text as digest, min(occurred_at) as first_at,
        max(occurred_at) as last_at, max(occurred_at) as last_counted_at, max(received_at) as last_received_at
      from usage_record ${where} group by 1 order by 1`,
    rows: `select ${usageColumns.map(({ sql }) => sql).join(", ")}
      from usage_record join model_price using (price_id) ${where} order by project_id nulls first, occurred_at, request_id`,
    values: [day, parts.map((part) => part.projectId)],
  };
}
