import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import type { CostFilter } from "../../../api/costs";
import { projectNamesQuery } from "../../../api/projects";
import { useSetParams } from "../../../app/use-window";
import { groupings } from "../groups/groupings";

/** What everything is narrowed to; a click takes one away. */
export function CostFilters({ filter }: { filter: CostFilter }) {
  const setParams = useSetParams();
  const names = useQuery(projectNamesQuery);
  const given = groupings.flatMap((grouping) => {
    const wanted = filter[grouping.filter];
    return wanted === undefined ? [] : [{ ...grouping, wanted }];
  });
  if (given.length === 0) return null;
  return (
    <ul aria-label="Narrowed to" className="flex min-w-0 flex-wrap gap-2">
      {given.map(({ value, label, wanted }) => (
        <li key={value} className="min-w-0">
          <button
            type="button"
            onClick={() => setParams({ [value]: undefined })}
            className="inline-flex h-7 max-w-full items-center gap-1.5 rounded-full border border-line bg-accent-soft px-2.5 text-xs text-accent hover:border-accent"
          >
            <span className="min-w-0 truncate">
              {label}: {value === "project" ? (names.data?.get(wanted) ?? wanted) : wanted}
            </span>
            <X aria-hidden="true" className="size-3.5 shrink-0" />
            <span className="sr-only">: take this filter away</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
