import type { Screens } from "@mobigen/analytics-contract";
import { screensQuery } from "../../api/insights";
import { useDeviceFilter } from "../../app/use-device-filter";
import { usePages } from "../../app/use-pages";
import { useProjectId } from "../../app/use-project-id";
import { usePageWindow, useParam } from "../../app/use-window";
import { Page } from "../../layout/page";
import { Card } from "../../ui/card";
import { type Column, DataTable } from "../../ui/data-table";
import { Loaded } from "../../ui/loaded";
import { Moment } from "../../ui/moment";
import { MoreButton } from "../../ui/more-button";
import { PartialNote } from "../../ui/states";
import { DeviceFilters } from "./device-filters";
import { NoEvents } from "./no-events";
import { PropertyField } from "./property-field";

type Row = Screens["items"][number];

const columns: readonly Column<Row>[] = [
  {
    id: "name",
    label: "Screen",
    value: ({ name }) => name,
    show: ({ name }) => (name === null ? <span className="text-muted">no name</span> : <b>{name}</b>),
  },
  { id: "views", label: "Views", kind: "count", value: ({ views }) => views },
  { id: "share", label: "Share", kind: "percent", value: ({ share }) => share },
  { id: "actors", label: "Users", kind: "count", value: ({ actors }) => actors },
  { id: "sessions", label: "Sessions", kind: "count", value: ({ sessions }) => sessions, wide: true },
  {
    id: "seen",
    label: "Last seen",
    value: ({ lastSeenAt }) => lastSeenAt,
    show: ({ lastSeenAt }) => <Moment at={lastSeenAt} />,
    wide: true,
  },
];

/** Which screens are seen, by how many. */
export function ScreensPage() {
  const projectId = useProjectId();
  const filter = useDeviceFilter();
  const { query } = usePageWindow();
  const [property] = useParam("property");
  const screens = usePages(screensQuery(projectId, query, { ...filter, property }));
  return (
    <Page title="Screens" hint="Which screens are seen, and by how many.">
      <DeviceFilters>
        <PropertyField />
      </DeviceFilters>
      <Loaded query={screens} empty={{ when: ({ items }) => items.length === 0, show: <NoEvents /> }}>
        {({ items, counted }) => (
          <>
            {!counted && (
              <PartialNote>
                Users and sessions are counted in shorter periods only: this one holds more than a million events.
              </PartialNote>
            )}
            <Card flush className="pt-3">
              <DataTable
                name="Screens"
                rows={items}
                keyOf={({ name }) => name ?? ""}
                sort="-views"
                searchable
                columns={columns}
                footer={<MoreButton pages={screens} />}
              />
            </Card>
          </>
        )}
      </Loaded>
    </Page>
  );
}
