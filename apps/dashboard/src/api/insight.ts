import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { pathOf, type Query, request } from "./request";

/** What narrows an answer about an app; each question takes those that make sense for it. */
export type InsightFilter = Query & {
  platform?: string | undefined;
  version?: string | undefined;
  country?: string | undefined;
  type?: string | undefined;
  name?: string | undefined;
  /** `key:value`. */
  property?: string | undefined;
};

/** A path below a project's. */
export function projectPath(projectId: string, rest: string): string {
  return `${pathOf("/api/projects/:projectId", { projectId })}/${rest}`;
}

/** One question about one app. */
export function insightQuery<Reply>(projectId: string, question: string, query: Query) {
  return queryOptions({
    queryKey: ["project", projectId, question, query] as const,
    queryFn: ({ signal }) => request<Reply>(projectPath(projectId, question), { query, signal }),
    placeholderData: keepPreviousData,
  });
}

/** One question whose answer is a list, page after page. */
export function insightPages<Reply extends { nextCursor: string | null }>(
  projectId: string,
  question: string,
  query: Query,
) {
  return infiniteQueryOptions({
    queryKey: ["project", projectId, question, query, "pages"] as const,
    queryFn: ({ signal, pageParam }) =>
      request<Reply>(projectPath(projectId, question), { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
  });
}
