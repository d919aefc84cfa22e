import { useQuery } from "@tanstack/react-query";
import { insightSeriesQuery } from "../../../api/insights";
import { granularityOf } from "../../../api/window";
import { useDeviceFilter } from "../../../app/use-device-filter";
import { useProjectId } from "../../../app/use-project-id";
import { usePageWindow, useParam } from "../../../app/use-window";
import { ChartCard } from "../../../charts/chart-card";
import { Page } from "../../../layout/page";
import { BackLink } from "../../../ui/back-link";
import { Badge } from "../../../ui/badge";
import { Card } from "../../../ui/card";
import { Loaded } from "../../../ui/loaded";
import { SkeletonChart } from "../../../ui/skeleton";
import { DeviceFilters } from "../device-filters";
import { PropertyField } from "../property-field";
import { Properties } from "./properties";

/** One kind of event: how often it came, and what it carries. */
export function EventPage() {
  const [type] = useParam("type");
  const [name] = useParam("name");
  const [property] = useParam("property");
  const filter = { ...useDeviceFilter(), type, name: name === "" ? undefined : name, property };
  return (
    <>
      <BackLink to="/projects/$projectId/events">Events</BackLink>
      <Page title={name === "" ? type : name} hint={<Badge>{type}</Badge>}>
        <DeviceFilters>
          <PropertyField />
        </DeviceFilters>
        <EventChart filter={filter} />
        <Properties filter={filter} />
      </Page>
    </>
  );
}

function EventChart({ filter }: { filter: Record<string, string | undefined> }) {
  const projectId = useProjectId();
  const { query } = usePageWindow();
  const granularity = granularityOf(query, new Date());
  const series = useQuery(insightSeriesQuery(projectId, "events", granularity, query, filter));
  return (
    <Loaded
      query={series}
      skeleton={
        <Card title="Times">
          <SkeletonChart height={200} />
        </Card>
      }
    >
      {({ data }) => (
        <ChartCard
          title="Times"
          hint={`by ${granularity}`}
          look="bar"
          kind="count"
          granularity={granularity}
          height={200}
          series={[{ id: "events", label: "Times" }]}
          points={data.map(({ timestamp, value, partial }) => ({ at: timestamp, partial, values: { events: value } }))}
        />
      )}
    </Loaded>
  );
}
