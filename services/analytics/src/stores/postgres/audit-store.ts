import type { AuditNote, AuditStore } from "../audit-store.js";
import type { PrismaClient } from "./client.js";

/** The audit log by Prisma, newest first by its primary key. */
export function createAuditStore(prisma: PrismaClient): AuditStore {
  return {
    async list({ before, limit }) {
      const rows = await prisma.auditEntry.findMany({
        where: before === null ? {} : { entryKey: { lt: BigInt(before) } },
        orderBy: { entryKey: "desc" },
        take: limit,
      });
      return rows.map((row) => ({ ...row, entryKey: Number(row.entryKey) }));
    },
  };
}

/** A note as a row: written beside the change, in its transaction. */
export function toAuditData({ at, actor, action, target, detail }: AuditNote) {
  return { at, actor, action, target, detail: JSON.parse(JSON.stringify(detail)) };
}
