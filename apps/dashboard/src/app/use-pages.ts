import {
  type InfiniteData,
  type QueryKey,
  type UseInfiniteQueryOptions,
  useInfiniteQuery,
} from "@tanstack/react-query";
import { useMemo } from "react";

/** A list that came in pages, as one answer: the first page's fields with the items of all that were asked for. */
export function usePages<Reply extends { items: unknown[] }, Key extends QueryKey>(
  options: UseInfiniteQueryOptions<Reply, Error, InfiniteData<Reply>, Key, string | undefined>,
) {
  const query = useInfiniteQuery(options);
  const { data } = query;
  const joined = useMemo(() => (data === undefined ? undefined : joinPages(data.pages)), [data]);
  return { ...query, data: joined };
}

function joinPages<Reply extends { items: unknown[] }>(pages: readonly Reply[]): Reply | undefined {
  const [first] = pages;
  return first === undefined ? undefined : { ...first, items: pages.flatMap(({ items }) => items) };
}
