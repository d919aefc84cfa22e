import type { UsageConflict } from "@mobigen/analytics-contract";
import { conflictsQuery } from "../../../api/usage";
import { usePages } from "../../../app/use-pages";
import { Card } from "../../../ui/card";
import { type Column, DataTable } from "../../../ui/data-table";
import { Loaded } from "../../../ui/loaded";
import { Moment } from "../../../ui/moment";
import { MoreButton } from "../../../ui/more-button";
import { TableTitle } from "../../../ui/table-title";

/** Records that were refused because another one has their id: what a client gets wrong. */
export function Conflicts() {
  const conflicts = usePages(conflictsQuery);
  return (
    <Card flush className="pt-3">
      <Loaded
        query={conflicts}
        empty={{
          when: ({ items }) => items.length === 0,
          show: (
            <div className="px-4 pb-3.5">
              <TableTitle hint="No record was refused because another one has its requestId.">Conflicts</TableTitle>
            </div>
          ),
        }}
      >
        {({ items }) => (
          <DataTable
            name="Conflicts"
            prefix="conflicts-"
            tools={
              <TableTitle hint="Refused, and in no total: another record with other content has their requestId. Of all time.">
                Conflicts
              </TableTitle>
            }
            rows={items}
            keyOf={({ id }) => String(id)}
            columns={columns}
            footer={<MoreButton pages={conflicts} />}
          />
        )}
      </Loaded>
    </Card>
  );
}

const columns: readonly Column<UsageConflict>[] = [
  {
    id: "request",
    label: "Request id",
    value: ({ requestId }) => requestId,
    show: ({ requestId }) => <span className="font-medium break-all">{requestId}</span>,
  },
  { id: "count", label: "Times", kind: "count", value: ({ count }) => count },
  { id: "last", label: "Last", value: ({ lastAt }) => lastAt, show: ({ lastAt }) => <Moment at={lastAt} /> },
  { id: "by", label: "Sent with", value: ({ sentBy }) => sentBy, wide: true },
  {
    id: "content",
    label: "Content",
    value: ({ content }) => JSON.stringify(content),
    show: ({ content }) => <code className="text-xs break-all text-muted">{JSON.stringify(content)}</code>,
    sortable: false,
    wide: true,
  },
];
