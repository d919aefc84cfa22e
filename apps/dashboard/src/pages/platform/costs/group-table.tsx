import type { CostGroup, CostGroups } from "@mobigen/analytics-contract";
import { useQuery } from "@tanstack/react-query";
import type { CostFilter } from "../../../api/costs";
import { projectNamesQuery } from "../../../api/projects";
import { changeOf } from "../../../format/trend";
import { type Column, DataTable } from "../../../ui/data-table";
import { PartialNote } from "../../../ui/states";
import { Trend } from "../../../ui/trend";
import type { groupings } from "../groups/groupings";
import { shareOf } from "./cost-totals";
import { GroupName } from "./group-name";

type GroupTableProps = {
  now: CostGroups;
  before: CostGroups | undefined;
  grouping: (typeof groupings)[number];
  filter: CostFilter;
};

type Row = CostGroup & { name: string | null; share: number; before: number | null; change: number | null };

/** Each group with its share, and against the period before. */
export function GroupTable({ now, before, grouping, filter }: GroupTableProps) {
  const names = useQuery(projectNamesQuery);
  const earlier = new Map(before?.items.map(({ key, totalCost }) => [key, totalCost]));
  // What is in no complete list of the period before cost nothing then; of a list that is cut it can't be told.
  const missing = before === undefined || before.nextCursor !== null ? null : 0;
  const rows = now.items.map((group): Row => {
    const cost = earlier.get(group.key) ?? missing;
    return {
      ...group,
      name: grouping.value === "project" && group.key !== null ? (names.data?.get(group.key) ?? group.key) : group.key,
      share: shareOf(group.totalCost, now.totalCost),
      before: cost,
      change: changeOf(group.totalCost, cost),
    };
  });
  return (
    <DataTable
      name={grouping.plural}
      rows={rows}
      keyOf={({ key }) => key ?? ""}
      sort="-cost"
      searchable
      columns={[
        {
          id: "name",
          label: grouping.label,
          value: ({ name }) => name ?? "none named",
          show: ({ key, name }) => <GroupName id={key} name={name} grouping={grouping} filter={filter} />,
        },
        ...figures,
      ]}
      footer={
        now.nextCursor !== null && (
          <div className="p-3">
            <PartialNote>These are the dearest {now.items.length}. The sums above have all.</PartialNote>
          </div>
        )
      }
    />
  );
}

const figures: readonly Column<Row>[] = [
  { id: "cost", label: "Cost", kind: "money", value: ({ totalCost }) => totalCost },
  { id: "share", label: "Share", kind: "percent", value: ({ share }) => share },
  {
    id: "change",
    label: "Change",
    kind: "percent",
    value: ({ change }) => change,
    show: ({ change, before, totalCost }) => (
      <span className="inline-block align-middle text-xs text-muted">
        {change !== null ? <Trend change={change} rise="bad" /> : before === 0 && totalCost > 0 ? "new" : "–"}
      </span>
    ),
  },
  { id: "before", label: "Period before", kind: "money", value: ({ before }) => before, wide: true },
  { id: "calls", label: "Calls", kind: "count", value: ({ requests }) => requests, wide: true },
  { id: "input", label: "Input tokens", kind: "tokens", value: ({ inputTokens }) => inputTokens, wide: true },
  { id: "output", label: "Output tokens", kind: "tokens", value: ({ outputTokens }) => outputTokens, wide: true },
  { id: "failed", label: "On failures", kind: "money", value: ({ failedCost }) => failedCost, wide: true },
];
