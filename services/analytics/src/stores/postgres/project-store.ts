import type { ProjectRow, ProjectStore } from "../project-store.js";
import { toAuditData } from "./audit-store.js";
import type { PrismaClient } from "./client.js";
import { isUniqueViolation } from "./prisma-errors.js";

const shown = {
  projectKey: true,
  id: true,
  name: true,
  ownerId: true,
  timezone: true,
  eventsPerMinute: true,
  retentionDays: true,
  createdAt: true,
  deletedAt: true,
} as const;

/** Projects by Prisma. Served by project_id_key and project_created_at. */
export function createProjectStore(prisma: PrismaClient): ProjectStore {
  return {
    async create(project, audit): Promise<ProjectRow | null> {
      try {
        const [row] = await prisma.$transaction([
          prisma.project.create({ data: { ...project, namedAt: project.createdAt }, select: shown }),
          prisma.auditEntry.create({ data: toAuditData(audit) }),
        ]);
        return row;
      } catch (error) {
        if (isUniqueViolation(error)) return null;
        throw error;
      }
    },

    find: (id) => prisma.project.findUnique({ where: { id }, select: shown }),

    list: ({ after, limit }) =>
      prisma.project.findMany({
        where: { deletedAt: null, ...(after === null ? {} : { OR: olderThan(after) }) },
        orderBy: [{ createdAt: "desc" }, { projectKey: "desc" }],
        take: limit,
        select: shown,
      }),

    update: (id, changes, at, audit) =>
      prisma.$transaction(async (tx) => {
        const named = changes.name === undefined ? {} : { namedAt: at };
        const [row] = await tx.project.updateManyAndReturn({
          where: { id, deletedAt: null },
          data: { ...changes, ...named },
          select: shown,
        });
        if (row === undefined) return null;
        await tx.auditEntry.create({ data: toAuditData(audit) });
        return row;
      }),
  };
}

function olderThan({ createdAt, projectKey }: { createdAt: Date; projectKey: number }) {
  return [{ createdAt: { lt: createdAt } }, { createdAt, projectKey: { lt: projectKey } }];
}
