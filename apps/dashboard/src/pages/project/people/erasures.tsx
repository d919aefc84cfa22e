import type { Erasure } from "@mobigen/analytics-contract";
import { erasuresQuery } from "../../../api/actors";
import { usePages } from "../../../app/use-pages";
import { useProjectId } from "../../../app/use-project-id";
import { Page } from "../../../layout/page";
import { BackLink } from "../../../ui/back-link";
import { Badge } from "../../../ui/badge";
import { Card } from "../../../ui/card";
import { type Column, DataTable } from "../../../ui/data-table";
import { Loaded } from "../../../ui/loaded";
import { Moment } from "../../../ui/moment";
import { MoreButton } from "../../../ui/more-button";
import { EmptyState } from "../../../ui/states";

const columns: readonly Column<Erasure>[] = [
  {
    id: "at",
    label: "Deleted",
    value: ({ erasedAt }) => erasedAt,
    show: ({ erasedAt }) => <Moment at={erasedAt} />,
    sortable: false,
  },
  { id: "by", label: "By", value: ({ requestedBy }) => requestedBy, sortable: false, wide: true },
  {
    id: "hash",
    label: "SHA-256 of the id",
    value: ({ actorHash }) => actorHash,
    show: ({ actorHash }) => (
      <code className="text-xs" title={actorHash}>
        {actorHash.slice(0, 12)}…
      </code>
    ),
    sortable: false,
  },
  { id: "events", label: "Events", kind: "count", value: ({ events }) => events, sortable: false },
  { id: "sessions", label: "Sessions", kind: "count", value: ({ sessions }) => sessions, sortable: false, wide: true },
  { id: "days", label: "Days", kind: "count", value: ({ activeDays }) => activeDays, sortable: false, wide: true },
  {
    id: "archive",
    label: "Archived files left",
    value: ({ archivedDays }) => archivedDays.map(({ location }) => location).join(" "),
    show: ({ archivedDays }) =>
      archivedDays.length === 0 ? (
        "none"
      ) : (
        <span title={archivedDays.map(({ location }) => location).join("\n")}>
          <Badge look="warn">{archivedDays.length}</Badge>
        </span>
      ),
    sortable: false,
  },
];

/** Receipts of the people who were deleted: that it was done, and how much, not who they were. */
export function ErasuresPage() {
  const erasures = usePages(erasuresQuery(useProjectId()));
  return (
    <>
      <BackLink to="/projects/$projectId/people">People</BackLink>
      <Page
        title="Deleted people"
        hint="Receipts: that it was done, and how much, not who they were."
        hasPeriod={false}
      >
        <Loaded
          query={erasures}
          empty={{
            when: ({ items }) => items.length === 0,
            show: (
              <Card>
                <EmptyState title="Nobody was deleted">
                  Whoever runs the platform can delete a person’s events on that person’s page. The receipt stands here.
                </EmptyState>
              </Card>
            ),
          }}
        >
          {({ items }) => (
            <Card flush className="pt-3">
              <DataTable
                name="Receipts"
                tools={<h2 className="text-sm font-semibold">Newest first</h2>}
                rows={items}
                keyOf={({ id }) => id}
                columns={columns}
                footer={<MoreButton pages={erasures} />}
              />
            </Card>
          )}
        </Loaded>
      </Page>
    </>
  );
}
