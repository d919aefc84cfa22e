import type { AuditNote } from "./audit-store.js";

export type ProjectRow = {
  projectKey: number;
  id: string;
  name: string;
  ownerId: string | null;
  timezone: string;
  eventsPerMinute: number;
  retentionDays: number;
  createdAt: Date;
  deletedAt: Date | null;
};

export type NewProjectRow = Omit<ProjectRow, "projectKey" | "deletedAt">;
export type ProjectChanges = Partial<
  Pick<ProjectRow, "name" | "ownerId" | "timezone" | "eventsPerMinute" | "retentionDays">
>;
export type ProjectPosition = { createdAt: Date; projectKey: number };

/** The registry of projects. Every change and its audit row are one transaction. */
export type ProjectStore = {
  /** Null when a project of this id exists already, deleted ones included. */
  create(project: NewProjectRow, audit: AuditNote): Promise<ProjectRow | null>;
  find(id: string): Promise<ProjectRow | null>;
  /** Projects that are not deleted, newest first, after a position. */
  list(page: { after: ProjectPosition | null; limit: number }): Promise<ProjectRow[]>;
  /** A changed name counts from `at`. Null when there is no such project or it is deleted. */
  update(id: string, changes: ProjectChanges, at: Date, audit: AuditNote): Promise<ProjectRow | null>;
};
