import { randomUUID } from "node:crypto";
import {
  defaultRetentionDays,
  type NewProject,
  type Page,
  type PageQuery,
  type Project,
  type ProjectPatch,
} from "@mobigen/analytics-contract";
import { type Position, readPage } from "../cursor.js";
import { ApiError, invalidQuery, notFound } from "../errors.js";
import type { ProjectRow, ProjectStore } from "../stores/project-store.js";
import type { Clock } from "../types.js";

export type Projects = ReturnType<typeof createProjects>;

export type ProjectsOptions = {
  store: ProjectStore;
  clock: Clock;
  /** The limit of projects that set none. */
  eventsPerMinute: number;
  /** How far back app events are accepted: no project's raw rows may go before that. */
  acceptPastDays: number;
  /** Called after a change that requests with a key of the project must see. */
  onChange: () => void;
};

/** The registry of projects, as operators see and change it. */
export function createProjects({ store, clock, eventsPerMinute, acceptPastDays, onChange }: ProjectsOptions) {
  return {
    /** @throws ApiError already_exists for an id that is taken, by a deleted project too; invalid_body for too short a retention. */
    async create(wanted: NewProject, actor: string): Promise<Project> {
      requireRetention(wanted.retentionDays, acceptPastDays);
      const at = clock();
      const project = {
        id: wanted.id ?? randomUUID(),
        name: wanted.name,
        ownerId: wanted.ownerId ?? null,
        timezone: wanted.timezone ?? "UTC",
        eventsPerMinute: wanted.eventsPerMinute ?? eventsPerMinute,
        retentionDays: wanted.retentionDays ?? Math.max(defaultRetentionDays, acceptPastDays),
        createdAt: at,
      };
      const { name, eventsPerMinute: limit, retentionDays } = project;
      const detail = { name, eventsPerMinute: limit, retentionDays };
      const row = await store.create(project, { at, actor, action: "project.create", target: project.id, detail });
      if (row === null) throw new ApiError("already_exists", `There is a project "${project.id}" already.`);
      return toProject(row);
    },

    /** @throws ApiError not_found */
    async find(id: string): Promise<Project> {
      const row = await store.find(id);
      if (row === null) throw notFound("project", id);
      return toProject(row);
    },

    /** Newest first, without deleted ones. @throws ApiError invalid_query for a bad cursor. */
    list(query: PageQuery): Promise<Page<Project>> {
      return readPage(
        query,
        (after, limit) => store.list({ after: after === null ? null : toPosition(after), limit }),
        (row) => [row.createdAt.getTime(), row.projectKey],
        toProject,
      );
    },

    /** @throws ApiError not_found, for a deleted project too; invalid_body for too short a retention. */
    async update(id: string, patch: ProjectPatch, actor: string): Promise<Project> {
      requireRetention(patch.retentionDays, acceptPastDays);
      const at = clock();
      const changes = {
        ...(patch.name === undefined ? {} : { name: patch.name }),
        ...(patch.ownerId === undefined ? {} : { ownerId: patch.ownerId }),
        ...(patch.timezone === undefined ? {} : { timezone: patch.timezone }),
        ...(patch.eventsPerMinute === undefined ? {} : { eventsPerMinute: patch.eventsPerMinute }),
        ...(patch.retentionDays === undefined ? {} : { retentionDays: patch.retentionDays }),
      };
      const row = await store.update(id, changes, at, {
        at,
        actor,
        action: "project.update",
        target: id,
        detail: changes,
      });
      if (row === null) throw notFound("project", id);
      onChange();
      return toProject(row);
    },
  };
}

// A retry of an accepted event must find its row: rows outlast the window in which it is accepted.
function requireRetention(days: number | undefined, acceptPastDays: number): void {
  if (days === undefined || days >= acceptPastDays) return;
  const reason = `must be at least ${acceptPastDays}: events are accepted for that many days (ACCEPT_PAST_DAYS)`;
  throw new ApiError("invalid_body", `retentionDays ${reason}.`, { errors: [{ pointer: "/retentionDays", reason }] });
}

function toPosition([createdAt, projectKey]: Position): { createdAt: Date; projectKey: number } {
  if (typeof projectKey !== "number") throw invalidQuery("cursor", "is not one that this list gave out");
  return { createdAt: new Date(createdAt), projectKey };
}

function toProject(row: ProjectRow): Project {
  return {
    id: row.id,
    name: row.name,
    ownerId: row.ownerId,
    timezone: row.timezone,
    eventsPerMinute: row.eventsPerMinute,
    retentionDays: row.retentionDays,
    createdAt: row.createdAt.toISOString(),
    deletedAt: row.deletedAt?.toISOString() ?? null,
  };
}
