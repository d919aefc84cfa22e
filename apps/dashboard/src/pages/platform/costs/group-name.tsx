import { Link } from "@tanstack/react-router";
import type { CostFilter } from "../../../api/costs";
import type { PageSearch } from "../../../app/search";
import { type Grouping, type groupings, paramsOf } from "../groups/groupings";

// What one wants to know next about one of them.
const next: Record<Grouping, Grouping> = {
  user: "project",
  project: "model",
  model: "feature",
  provider: "model",
  feature: "model",
  tag: "model",
};

type GroupNameProps = {
  id: string | null;
  name: string | null;
  grouping: (typeof groupings)[number];
  filter: CostFilter;
};

/** Leads to the same page, narrowed to this group and divided by what it consists of. */
export function GroupName({ id, name, grouping, filter }: GroupNameProps) {
  if (id === null) return <span className="text-muted">none named</span>;
  if (filter[grouping.filter] === id) return <span className="font-medium break-words">{name}</span>;
  return (
    <Link
      to="/platform/costs"
      search={(before: PageSearch) => ({
        ...before,
        ...paramsOf(filter),
        [grouping.value]: id,
        by: next[grouping.value],
        sort: undefined,
        q: undefined,
      })}
      title={id}
      className="font-medium break-words hover:text-accent hover:underline"
    >
      {name}
    </Link>
  );
}
