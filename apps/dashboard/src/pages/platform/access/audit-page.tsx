import type { AuditEntry } from "@mobigen/analytics-contract";
import { auditQuery } from "../../../api/tokens";
import { usePages } from "../../../app/use-pages";
import { writeDetail } from "../../../format/detail";
import { Page } from "../../../layout/page";
import { Badge } from "../../../ui/badge";
import { Card } from "../../../ui/card";
import { type Column, DataTable } from "../../../ui/data-table";
import { Loaded } from "../../../ui/loaded";
import { Moment } from "../../../ui/moment";
import { MoreButton } from "../../../ui/more-button";
import { EmptyState } from "../../../ui/states";

/** Who changed what. */
export function AuditPage() {
  const entries = usePages(auditQuery);
  return (
    <Page title="Audit log" hint="Who changed what, written with the change itself." hasPeriod={false}>
      <Card flush className="pt-3">
        <Loaded
          query={entries}
          empty={{
            when: ({ items }) => items.length === 0,
            show: <EmptyState title="Nothing was changed yet" />,
          }}
        >
          {({ items }) => (
            <DataTable
              name="Audit log"
              rows={items}
              keyOf={({ id }) => id}
              searchable
              columns={columns}
              footer={<MoreButton pages={entries} />}
            />
          )}
        </Loaded>
      </Card>
    </Page>
  );
}

const columns: readonly Column<AuditEntry>[] = [
  { id: "at", label: "When", value: ({ at }) => at, show: ({ at }) => <Moment at={at} /> },
  {
    id: "action",
    label: "What",
    value: ({ action }) => action,
    show: ({ action, target, actor }) => (
      <span className="flex flex-col items-start gap-0.5">
        <Badge>{action}</Badge>
        <span className="text-xs break-all text-muted md:hidden">
          {target}, by {actor}
        </span>
      </span>
    ),
  },
  {
    id: "target",
    label: "Of what",
    value: ({ target }) => target,
    show: ({ target }) => (
      <span title={target} className="block max-w-44 truncate">
        {target}
      </span>
    ),
    wide: true,
  },
  { id: "actor", label: "By whom", value: ({ actor }) => actor, wide: true },
  {
    id: "detail",
    label: "Detail",
    value: ({ detail }) => (detail === null ? null : JSON.stringify(detail)),
    show: ({ detail }) => (
      <span className="text-xs break-words text-muted">{detail === null ? "" : writeDetail(detail)}</span>
    ),
    sortable: false,
    wide: true,
  },
];
