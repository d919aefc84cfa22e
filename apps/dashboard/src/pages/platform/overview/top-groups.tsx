import type { CostGroup } from "@mobigen/analytics-contract";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { costGroupsQuery } from "../../../api/costs";
import { projectNamesQuery } from "../../../api/projects";
import { usePageWindow } from "../../../app/use-window";
import { Card } from "../../../ui/card";
import { Loaded } from "../../../ui/loaded";
import { Quantity } from "../../../ui/quantity";
import { EmptyState } from "../../../ui/states";

const shown = 8;

/** Who and what costs most. */
export function TopGroups() {
  const names = useQuery(projectNamesQuery);
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <TopList title="Most expensive projects" groupBy="project">
        {(id) => (
          <Link
            to="/projects/$projectId"
            params={{ projectId: id }}
            className="truncate hover:text-accent hover:underline"
          >
            {names.data?.get(id) ?? id}
          </Link>
        )}
      </TopList>
      <TopList title="Most expensive models" groupBy="model">
        {(id) => <span className="truncate">{id}</span>}
      </TopList>
    </div>
  );
}

type TopListProps = { title: string; groupBy: "project" | "model"; children: (id: string) => ReactNode };

function TopList({ title, groupBy, children }: TopListProps) {
  const { query } = usePageWindow();
  const groups = useQuery(costGroupsQuery(groupBy, query, {}, shown));
  return (
    <Card title={title}>
      <Loaded
        query={groups}
        empty={{ when: ({ items }) => items.length === 0, show: <EmptyState title="No calls in this time" /> }}
      >
        {({ items, totalCost }) => (
          <ol className="flex flex-col gap-1">
            {items.map((group) => (
              <Bar key={group.key ?? ""} group={group} totalCost={totalCost}>
                {group.key === null ? <span className="text-muted">none named</span> : children(group.key)}
              </Bar>
            ))}
          </ol>
        )}
      </Loaded>
    </Card>
  );
}

function Bar({ group, totalCost, children }: { group: CostGroup; totalCost: number; children: ReactNode }) {
  const share = totalCost === 0 ? 0 : (group.totalCost / totalCost) * 100;
  return (
    <li className="relative flex h-8 items-center justify-between gap-3 rounded px-2">
      <span
        aria-hidden="true"
        className="absolute inset-y-0.5 left-0 rounded bg-accent-soft"
        style={{ width: `${share}%` }}
      />
      <span className="relative flex min-w-0">{children}</span>
      <span className="relative font-medium">
        <Quantity kind="money" value={group.totalCost} />
      </span>
    </li>
  );
}
