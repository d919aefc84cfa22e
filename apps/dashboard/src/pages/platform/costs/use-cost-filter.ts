import { useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { CostFilter } from "../../../api/costs";
import type { PageSearch } from "../../../app/search";
import { groupings } from "../groups/groupings";

/** What the page's costs are narrowed to: in the URL each filter bears the name of its grouping. */
export function useCostFilter(): CostFilter {
  const search = useSearch({ strict: false }) as PageSearch;
  const key = groupings.map(({ value }) => search[value] ?? "").join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all of the search that is read
  return useMemo(
    () =>
      Object.fromEntries(
        groupings.flatMap(({ value, filter }) => {
          const wanted = search[value];
          return wanted === undefined ? [] : [[filter, wanted]];
        }),
      ),
    [key],
  );
}
