import type { Page, Project, ProjectPatch } from "@mobigen/analytics-contract";
import { queryOptions } from "@tanstack/react-query";
import { pathOf, request } from "./request";

export function projectQuery(projectId: string) {
  return queryOptions({
    queryKey: ["project", projectId],
    queryFn: ({ signal }) => request<Project>(pathOf("/api/projects/:projectId", { projectId }), { signal }),
    staleTime: 5 * 60_000,
  });
}

export function changeProject(projectId: string, body: ProjectPatch): Promise<Project> {
  return request(pathOf("/api/projects/:projectId", { projectId }), { method: "PATCH", body });
}

/** The newest projects, as many as one page of the API holds. */
export const projectListQuery = queryOptions({
  queryKey: ["projects"],
  queryFn: ({ signal }) => request<Page<Project>>("/api/projects", { query: { limit: 200 }, signal }),
  staleTime: 5 * 60_000,
});

/** Their names by their ids. */
export const projectNamesQuery = queryOptions({
  ...projectListQuery,
  select: ({ items }) => new Map(items.map(({ id, name }) => [id, name])),
});
