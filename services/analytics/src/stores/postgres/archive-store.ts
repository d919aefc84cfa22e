import type pg from "pg";
import type {
  ArchivedFile,
  ArchivedIdentities,
  ArchiveKind,
  ArchiveState,
  ArchiveStore,
  VerifiedFile,
} from "../archive-store.js";
import { createEventArchive } from "./archive-events.js";
import type { RetentionRules } from "./archive-rows.js";
import { createUsageArchive } from "./archive-usage.js";
import { connect } from "./client.js";
import { inTransaction, query } from "./transaction.js";

// Held by who archives or restores, on a connection of its own: it falls with the process.
const aloneLock = 5_263_472;

export function createArchiveStore(pool: pg.Pool, rules: RetentionRules): ArchiveStore {
  return {
    sources: [createEventArchive(pool, rules), createUsageArchive(pool, rules)],
    alone: (work) => runAlone(pool, work),

    async begin({ kind, day, folder, name, at }) {
      const [row] = await query<FileRow>(
        pool,
        `with next as (select nextval(pg_get_serial_sequence('archive', 'archive_key'))::integer as key)
         insert into archive (archive_key, kind, day, path, state, rows, digest, first_at, last_at, created_at)
         overriding system value
         select key, $1::text, $2::date, $3::text || '/' || lpad(key::text, 7, '0') || '-' || $4::text, 'writing', 0, 0, $5, $5, $5
         from next
         returning ${fileColumns}, 0 as projects`,
        [kind, day, folder, name, at],
      );
      if (row === undefined) throw new Error("an insert answers its row");
      return toFile(row);
    },

    markVerified: (file, verified, at) =>
      inTransaction(pool, async (client) => {
        await noteVerified(client, file, verified, at);
        await keepIdentities(client, file, verified.identities);
      }),

    abandon: (file) =>
      inTransaction(pool, async (client) => {
        await client.query("update archive set state = 'writing' where archive_key = $1 and state = 'verified'", [
          file,
        ]);
        await client.query("delete from archived_event where archive_key = $1", [file]);
        await client.query("delete from archive_part where archive_key = $1", [file]);
      }),

    async forget(file) {
      await query(pool, "delete from archive where archive_key = $1 and state = 'writing'", [file]);
    },

    async list({ state, kind, day, projectId } = {}) {
      const rows = await query<FileRow>(
        pool,
        `select ${fileColumns}, (select count(*) from archive_part where archive_part.archive_key = archive.archive_key) as projects
         from archive
         where ($1::text[] is null or state = any($1)) and ($2::text is null or kind = $2) and ($3::date is null or day = $3)
           and ($4::text is null or exists (
             select from archive_part where archive_part.archive_key = archive.archive_key and project_id = $4))
         order by kind, day nulls last, archive_key`,
        [state ?? null, kind ?? null, day ?? null, projectId ?? null],
      );
      return rows.map(toFile);
    },
  };
}

async function runAlone<Result>(pool: pg.Pool, work: () => Promise<Result>): Promise<Result | null> {
  const client = await connect(pool);
  let isBroken = true;
  try {
    const { rows } = await client.query<{ got: boolean }>("select pg_try_advisory_lock($1) as got", [aloneLock]);
    const got = rows[0]?.got === true;
    const result = got ? await work() : null;
    if (got) await client.query("select pg_advisory_unlock($1)", [aloneLock]);
    isBroken = false;
    return result;
  } finally {
    // After an error the connection ends, and the lock with it.
    client.release(isBroken);
  }
}

async function noteVerified(
  client: pg.PoolClient,
  file: number,
  { bytes, sha256, summary }: VerifiedFile,
  at: Date,
): Promise<void> {
  const { rowCount } = await client.query(
    `update archive set state = 'verified', rows = $2, bytes = $3, sha256 = $4, digest = $5, first_at = $6, last_at = $7,
       verified_at = $8
     where archive_key = $1 and state = 'writing'`,
    [file, summary.rows, bytes, sha256, summary.digest, summary.firstAt, summary.lastAt, at],
  );
  if (rowCount !== 1) throw new Error(`archive file ${file} is not being written`);
  const { parts } = summary;
  await client.query(
    `insert into archive_part (archive_key, project_id, rows, cutoff, counted_to, received_to)
     select $1, project_id, rows, cutoff, ${bucketEnd("counted")}, ${bucketEnd("received")}
     from unnest($2::text[], $3::bigint[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[])
       as part (project_id, rows, cutoff, counted, received)`,
    [
      file,
      parts.map((part) => part.projectId),
      parts.map((part) => part.rows),
      parts.map((part) => part.cutoff),
      parts.map((part) => part.lastCountedAt),
      parts.map((part) => part.lastReceivedAt),
    ],
  );
}

function bucketEnd(instant: string): string {
  return `date_bin('15 minutes', ${instant}, timestamptz '1970-01-01 00:00:00+00') + interval '15 minutes'`;
}

const identityBytes = 8;
const identitiesPerRow = 2_048;
const rowsPerInsert = 50;

/** As rows of up to 16 KB, each with its first and last identity: one look finds the only row that can hold an identity. */
async function keepIdentities(
  client: pg.PoolClient,
  file: number,
  groups: readonly ArchivedIdentities[],
): Promise<void> {
  const rows = groups.flatMap(({ projectId, day, identities }) => {
    const step = identitiesPerRow * identityBytes;
    const count = Math.ceil(identities.length / step);
    return Array.from({ length: count }, (_, n) => {
      const some = identities.subarray(n * step, (n + 1) * step);
      return { projectId, day, first: some.subarray(0, identityBytes), last: some.subarray(-identityBytes), some };
    });
  });
  for (let start = 0; start < rows.length; start += rowsPerInsert) {
    const some = rows.slice(start, start + rowsPerInsert);
    await client.query(
      `insert into archived_event (project_key, day, archive_key, first_identity, last_identity, identities)
       select project.project_key, sent.day, $1, sent.first, sent.last, sent.identities
       from unnest($2::text[], $3::date[], $4::bytea[], $5::bytea[], $6::bytea[]) as sent (id, day, first, last, identities)
       join project on project.id = sent.id`,
      [
        file,
        some.map((row) => row.projectId),
        some.map((row) => row.day),
        some.map((row) => row.first),
        some.map((row) => row.last),
        some.map((row) => row.some),
      ],
    );
  }
}

const fileColumns = `archive_key, kind, day, path, state, rows, bytes, sha256, first_at, last_at, created_at, archived_at,
  restored_at, kept_until`;

type FileRow = {
  archive_key: number;
  kind: ArchiveKind;
  day: string | null;
  path: string;
  state: ArchiveState;
  rows: number;
  bytes: number | null;
  sha256: string | null;
  projects: number;
  first_at: Date;
  last_at: Date;
  created_at: Date;
  archived_at: Date | null;
  restored_at: Date | null;
  kept_until: Date | null;
};

function toFile(row: FileRow): ArchivedFile {
  return {
    key: row.archive_key,
    kind: row.kind,
    day: row.day,
    path: row.path,
    state: row.state,
    rows: row.rows,
    bytes: row.bytes,
    sha256: row.sha256,
    projects: row.projects,
    firstAt: row.first_at,
    lastAt: row.last_at,
    createdAt: row.created_at,
    archivedAt: row.archived_at,
    restoredAt: row.restored_at,
    keptUntil: row.kept_until,
  };
}

/** Up to when (ms), by the clients' clocks, app events were archived. */
export async function readArchivedTo(pool: pg.Pool): Promise<number> {
  const [row] = await query<{ last: Date | null }>(
    pool,
    "select max(last_at) as last from archive where kind = 'app_event'",
  );
  return row?.last === null || row?.last === undefined ? 0 : row.last.getTime() + 1;
}
