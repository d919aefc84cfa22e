import type { CostGroup } from "@mobigen/analytics-contract";
import { Link } from "@tanstack/react-router";
import { costGroupsQuery } from "../../../api/costs";
import { useCompared } from "../../../app/use-compared";
import { changeOf } from "../../../format/trend";
import { Page } from "../../../layout/page";
import { Card } from "../../../ui/card";
import { type Column, DataTable } from "../../../ui/data-table";
import { Loaded } from "../../../ui/loaded";
import { EmptyState, PartialNote } from "../../../ui/states";
import { Trend } from "../../../ui/trend";

type Row = CostGroup & { change: number | null };

/** Who used the platform's models, the dearest first. */
export function UsersPage() {
  const { now, before } = useCompared((window) => costGroupsQuery("user", window));
  const earlier = new Map(before.data?.items.map(({ key, totalCost }) => [key, totalCost]));
  return (
    <Page title="Users" hint="Who called models, and what their calls cost.">
      <Card flush className="pt-3">
        <Loaded
          query={now}
          empty={{ when: ({ items }) => items.length === 0, show: <EmptyState title="No calls in this time" /> }}
        >
          {({ items, nextCursor }) => (
            <DataTable
              name="Users"
              rows={items.map((user): Row => ({ ...user, change: changeOf(user.totalCost, earlier.get(user.key)) }))}
              keyOf={({ key }) => key ?? ""}
              sort="-cost"
              searchable
              columns={columns}
              footer={
                nextCursor !== null && (
                  <div className="p-3">
                    <PartialNote>These are the dearest {items.length} users of this time.</PartialNote>
                  </div>
                )
              }
            />
          )}
        </Loaded>
      </Card>
    </Page>
  );
}

const columns: readonly Column<Row>[] = [
  {
    id: "user",
    label: "User",
    value: ({ key }) => key,
    show: ({ key }) =>
      key !== null && (
        <Link
          to="/platform/users/$userId"
          params={{ userId: key }}
          className="font-medium break-words hover:text-accent hover:underline"
        >
          {key}
        </Link>
      ),
  },
  { id: "cost", label: "Cost", kind: "money", value: ({ totalCost }) => totalCost },
  {
    id: "change",
    label: "Change",
    kind: "percent",
    value: ({ change }) => change,
    show: ({ change }) =>
      change === null ? (
        "–"
      ) : (
        <span className="inline-block align-middle">
          <Trend change={change} rise="bad" />
        </span>
      ),
  },
  { id: "calls", label: "Calls", kind: "count", value: ({ requests }) => requests },
  { id: "input", label: "Input tokens", kind: "tokens", value: ({ inputTokens }) => inputTokens, wide: true },
  { id: "output", label: "Output tokens", kind: "tokens", value: ({ outputTokens }) => outputTokens, wide: true },
  { id: "failed", label: "On failures", kind: "money", value: ({ failedCost }) => failedCost, wide: true },
];
