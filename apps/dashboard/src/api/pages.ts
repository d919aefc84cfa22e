import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { type Query, request } from "./request";

/** A list of the platform, page after page; usePages makes one answer of them. */
export function pagesQuery<Reply extends { nextCursor: string | null }>(path: string, query: Query = {}) {
  return infiniteQueryOptions({
    queryKey: [...keyOf(path), "pages", query] as const,
    queryFn: ({ signal, pageParam }) => request<Reply>(path, { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
  });
}

/** `/prices/unpriced` is made out of date with `/prices`. */
export function keyOf(path: string): string[] {
  return path.split("/").slice(1);
}
