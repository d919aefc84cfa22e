import type { EventNames } from "@mobigen/analytics-contract";
import { Link } from "@tanstack/react-router";
import { eventNamesQuery } from "../../../api/insights";
import { useDeviceFilter } from "../../../app/use-device-filter";
import { usePages } from "../../../app/use-pages";
import { useProjectId } from "../../../app/use-project-id";
import { usePageWindow, useParam } from "../../../app/use-window";
import { Page } from "../../../layout/page";
import { Badge } from "../../../ui/badge";
import { Card } from "../../../ui/card";
import { type Column, DataTable } from "../../../ui/data-table";
import { Loaded } from "../../../ui/loaded";
import { Moment } from "../../../ui/moment";
import { MoreButton } from "../../../ui/more-button";
import { DeviceFilters } from "../device-filters";
import { NoEvents } from "../no-events";
import { PropertyField } from "../property-field";

type Row = EventNames["items"][number];

/** Every kind of event, by its type and name. */
export function EventsPage() {
  const projectId = useProjectId();
  const filter = useDeviceFilter();
  const { query } = usePageWindow();
  const [property] = useParam("property");
  const events = usePages(eventNamesQuery(projectId, query, { ...filter, property }));
  return (
    <Page title="Events" hint="Every kind of event; open one for its course.">
      <DeviceFilters>
        <PropertyField />
      </DeviceFilters>
      <Loaded query={events} empty={{ when: ({ items }) => items.length === 0, show: <NoEvents /> }}>
        {({ items }) => (
          <Card flush className="pt-3">
            <DataTable
              name="Events"
              rows={items}
              keyOf={({ type, name }) => JSON.stringify([type, name])}
              sort="-events"
              searchable
              columns={columns(projectId)}
              footer={<MoreButton pages={events} />}
            />
          </Card>
        )}
      </Loaded>
    </Page>
  );
}

function columns(projectId: string): readonly Column<Row>[] {
  return [
    {
      id: "name",
      label: "Event",
      value: ({ type, name }) => name ?? type,
      show: ({ type, name }) => (
        <Link
          to="/projects/$projectId/events/detail"
          params={{ projectId }}
          search={{ type, name: name ?? undefined }}
          className="font-medium hover:text-accent hover:underline"
        >
          {name ?? type}
        </Link>
      ),
    },
    { id: "type", label: "Type", value: ({ type }) => type, show: ({ type }) => <Badge>{type}</Badge>, wide: true },
    { id: "events", label: "Times", kind: "count", value: ({ events }) => events },
    { id: "share", label: "Share", kind: "percent", value: ({ share }) => share },
    {
      id: "seen",
      label: "Last seen",
      value: ({ lastSeenAt }) => lastSeenAt,
      show: ({ lastSeenAt }) => <Moment at={lastSeenAt} />,
      wide: true,
    },
  ];
}
