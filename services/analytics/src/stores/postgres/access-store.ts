import type { KeyScope } from "@mobigen/analytics-contract";
import type pg from "pg";
import type { AccessStore, CredentialPosition, FoundKey, FoundToken, KeyRow, TokenRow } from "../access-store.js";
import { toAuditData } from "./audit-store.js";
import type { PrismaClient } from "./client.js";
import { query } from "./transaction.js";

const shown = {
  id: true,
  name: true,
  prefix: true,
  scopes: true,
  createdAt: true,
  lastUsedAt: true,
  revokedAt: true,
} as const;

// Two requests that make tokens at once must not both pass the limit.
const tokenLimitLock = 4_120_771;

/** Keys and tokens by Prisma; what every request asks, by SQL: many hashes at once, served by the unique index on them. */
export function createAccessStore(prisma: PrismaClient, pool: pg.Pool): AccessStore {
  return {
    createKey: (projectId, { hash, scopes, ...key }, maxActive, audit) =>
      prisma.$transaction(async (tx) => {
        // The project's row is the lock that makes the count below hold.
        const [project] = await tx.$queryRaw<{ project_key: number }[]>`
          select project_key from project where id = ${projectId} and deleted_at is null for update`;
        if (project === undefined) return "no_project";
        const projectKey = project.project_key;
        if ((await tx.apiKey.count({ where: { projectKey, revokedAt: null } })) >= maxActive) return "limit";
        const data = { ...key, projectKey, scopes: [...scopes], hash: Buffer.from(hash) };
        const row = await tx.apiKey.create({ data, select: shown });
        await tx.auditEntry.create({ data: toAuditData(audit) });
        return row as KeyRow;
      }),

    async listKeys(projectId, { after, limit }) {
      const project = await prisma.project.findUnique({ where: { id: projectId }, select: { projectKey: true } });
      if (project === null) return null;
      const rows = await prisma.apiKey.findMany({
        where: { projectKey: project.projectKey, ...olderThan(after) },
        orderBy: [{ createdAt: "desc" }, { id: "desc" }],
        take: limit,
        select: shown,
      });
      return rows as KeyRow[];
    },

    revokeKey: (projectId, keyId, at, audit) =>
      prisma.$transaction(async (tx) => {
        const where = { id: keyId, project: { id: projectId } };
        const { count } = await tx.apiKey.updateMany({ where: { ...where, revokedAt: null }, data: { revokedAt: at } });
        if (count === 0) return (await tx.apiKey.count({ where })) > 0;
        await tx.auditEntry.create({ data: toAuditData(audit) });
        return true;
      }),

    findKeysByHash: (hashes) => findKeys(pool, hashes),

    createToken: ({ hash, scopes, ...token }, maxActive, audit) =>
      prisma.$transaction(async (tx) => {
        await tx.$queryRaw`select 1 as locked from pg_advisory_xact_lock(${tokenLimitLock}::bigint)`;
        if ((await tx.serviceToken.count({ where: { revokedAt: null } })) >= maxActive) return "limit";
        const data = { ...token, scopes: [...scopes], hash: Buffer.from(hash) };
        const row = await tx.serviceToken.create({ data, select: shown });
        await tx.auditEntry.create({ data: toAuditData(audit) });
        return row as TokenRow;
      }),

    async listTokens({ after, limit }) {
      const rows = await prisma.serviceToken.findMany({
        where: olderThan(after),
        orderBy: [{ createdAt: "desc" }, { id: "desc" }],
        take: limit,
        select: shown,
      });
      return rows as TokenRow[];
    },

    revokeToken: (id, at, audit) =>
      prisma.$transaction(async (tx) => {
        const { count } = await tx.serviceToken.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: at } });
        if (count === 0) return (await tx.serviceToken.count({ where: { id } })) > 0;
        await tx.auditEntry.create({ data: toAuditData(audit) });
        return true;
      }),

    findTokensByHash: (hashes) => findTokens(pool, hashes),

    async noteUses(uses) {
      await Promise.all(
        (["key", "token"] as const).map(async (kind) => {
          const ofKind = uses.filter((use) => use.kind === kind);
          if (ofKind.length === 0) return;
          const ids = ofKind.map(({ id }) => id);
          const instants = ofKind.map(({ at }) => at);
          if (kind === "key") {
            await prisma.$executeRaw`
              update api_key k set last_used_at = greatest(k.last_used_at, used.at)
              from unnest(${ids}::uuid[], ${instants}::timestamptz[]) as used (id, at) where k.id = used.id`;
          } else {
            await prisma.$executeRaw`
              update service_token t set last_used_at = greatest(t.last_used_at, used.at)
              from unnest(${ids}::uuid[], ${instants}::timestamptz[]) as used (id, at) where t.id = used.id`;
          }
        }),
      );
    },
  };
}

async function findKeys(pool: pg.Pool, hashes: readonly string[]): Promise<Map<string, FoundKey>> {
  const rows = await query<{
    hash: Buffer;
    id: string;
    scopes: KeyScope[];
    project_key: number;
    project_id: string;
    timezone: string;
    events_per_minute: number;
  }>(
    pool,
    `select key.hash, key.id, key.scopes, project.project_key, project.id as project_id, project.timezone, project.events_per_minute
     from api_key as key join project using (project_key)
     where key.hash = any($1::bytea[]) and key.revoked_at is null and project.deleted_at is null`,
    [toBytes(hashes)],
  );
  return new Map(
    rows.map((row) => [
      row.hash.toString("base64"),
      {
        id: row.id,
        scopes: row.scopes,
        project: {
          projectKey: row.project_key,
          id: row.project_id,
          timezone: row.timezone,
          eventsPerMinute: row.events_per_minute,
        },
      },
    ]),
  );
}

async function findTokens(pool: pg.Pool, hashes: readonly string[]): Promise<Map<string, FoundToken>> {
  const rows = await query<FoundToken & { hash: Buffer }>(
    pool,
    "select hash, id, name, scopes from service_token where hash = any($1::bytea[]) and revoked_at is null",
    [toBytes(hashes)],
  );
  return new Map(rows.map(({ hash, id, name, scopes }) => [hash.toString("base64"), { id, name, scopes }]));
}

function toBytes(hashes: readonly string[]): Buffer[] {
  return hashes.map((hash) => Buffer.from(hash, "base64"));
}

function olderThan(after: CredentialPosition | null) {
  if (after === null) return {};
  return { OR: [{ createdAt: { lt: after.createdAt } }, { createdAt: after.createdAt, id: { lt: after.id } }] };
}
