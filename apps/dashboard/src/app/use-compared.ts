import { type QueryKey, type UseQueryOptions, type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { Window } from "../api/window";
import { windowBefore } from "../format/trend";
import { usePageWindow } from "./use-window";

// The service knows nothing older, and refuses to be asked.
const earliest = Date.UTC(2020, 0, 1);

export type Compared<Reply> = { now: UseQueryResult<Reply>; before: UseQueryResult<Reply> };

/** An answer for the page's window, and for the window of equal length before it: that one is asked for once the first is known. */
export function useCompared<Reply extends { from: string; to: string }, Key extends QueryKey>(
  make: (window: Window) => UseQueryOptions<Reply, Error, Reply, Key>,
): Compared<Reply> {
  const { query } = usePageWindow();
  const now = useQuery(make(query));
  const earlier = now.data === undefined ? null : windowBefore(now.data);
  const isKnown = earlier !== null && Date.parse(earlier.from) >= earliest;
  const window = earlier === null ? query : { ...earlier, tz: query.tz };
  const before = useQuery({ ...make(window), enabled: isKnown });
  return { now, before };
}
