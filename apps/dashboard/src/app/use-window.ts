import type { WindowQuery } from "@mobigen/analytics-contract";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import { defaultPeriod, type PageSearch } from "./search";

export type PageWindow = {
  /** As the API takes it. */
  query: Pick<WindowQuery, "period" | "from" | "to" | "tz">;
  tz: string;
};

/** The period and time zone of the page's URL. */
export function usePageWindow(): PageWindow {
  const { period, from, to, tz = "UTC" } = useSearch({ strict: false }) as PageSearch;
  if (from !== undefined) return { query: { from, ...(to === undefined ? {} : { to }), tz }, tz };
  return { query: { period: period ?? defaultPeriod, tz }, tz };
}

/** A parameter of the page's own in its URL, and how to set it; an empty one or the fallback itself is left out. */
export function useParam(name: string, fallback = ""): [value: string, set: (value: string) => void] {
  const search = useSearch({ strict: false }) as PageSearch;
  const setParams = useSetParams();
  const set = useCallback(
    (value: string) => setParams({ [name]: value === fallback || value === "" ? undefined : value }),
    [name, fallback, setParams],
  );
  return [search[name] ?? fallback, set];
}

/** Changes parameters of the URL in place: the way back leads to the page before, not through every letter of a search. */
export function useSetParams(): (params: PageSearch) => void {
  const navigate = useNavigate();
  return useCallback(
    (params) => {
      void navigate({
        to: ".",
        search: (before: PageSearch) => ({ ...before, ...params }),
        replace: true,
        resetScroll: false,
      });
    },
    [navigate],
  );
}
