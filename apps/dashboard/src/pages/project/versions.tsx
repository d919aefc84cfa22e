import type { Adoption, AdoptionDimension } from "@mobigen/analytics-contract";
import { useQuery } from "@tanstack/react-query";
import { adoptionQuery } from "../../api/insights";
import { granularityOf } from "../../api/window";
import { useDeviceFilter } from "../../app/use-device-filter";
import { useProjectId } from "../../app/use-project-id";
import { usePageWindow, useParam } from "../../app/use-window";
import { ChartCard } from "../../charts/chart-card";
import { writeCountry } from "../../format/country";
import { Page } from "../../layout/page";
import { Card } from "../../ui/card";
import { Choice } from "../../ui/choice";
import { DataTable } from "../../ui/data-table";
import { Loaded } from "../../ui/loaded";
import { Moment } from "../../ui/moment";
import { DeviceFilters } from "./device-filters";
import { NoEvents } from "./no-events";

const dimensions = [
  { value: "version", label: "Versions" },
  { value: "platform", label: "Platforms" },
  { value: "country", label: "Countries" },
  { value: "device", label: "Devices" },
] as const;

// As many as there are colours, one left for the others.
const shown = 7;
const others = "others";

/** What the app runs on, and how new versions take over. */
export function VersionsPage() {
  const projectId = useProjectId();
  const { query } = usePageWindow();
  const [by, setBy] = useParam("by", "version");
  const dimension = dimensions.find(({ value }) => value === by)?.value ?? "version";
  const granularity = granularityOf(query, new Date());
  const adoption = useQuery(adoptionQuery(projectId, dimension, granularity, query, useDeviceFilter(), shown));
  return (
    <Page title="Versions and devices" hint="What the app runs on, and how new versions take over.">
      <DeviceFilters>
        <Choice label="By" options={dimensions} value={dimension} onChange={setBy} />
      </DeviceFilters>
      <Loaded query={adoption} empty={{ when: ({ items }) => items.length === 0, show: <NoEvents /> }}>
        {(data) => (
          <>
            <AdoptionChart adoption={data} />
            <AdoptionTable adoption={data} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function AdoptionChart({ adoption }: { adoption: Adoption }) {
  const { dimension, items, other, series, granularity } = adoption;
  return (
    <ChartCard
      title={`Sessions by ${dimension}`}
      hint={`by ${granularity}`}
      look="stacked"
      kind="count"
      granularity={granularity}
      height={280}
      series={[
        ...items.map(({ value }, place) => ({ id: String(place), label: labelOf(value, dimension) })),
        ...(other === null ? [] : [{ id: others, label: `${other.values} others`, color: 8 }]),
      ]}
      points={series.map(({ timestamp, items: ofItems, otherSessions, partial }) => ({
        at: timestamp,
        partial,
        values: {
          ...Object.fromEntries(ofItems.map(({ sessions }, place) => [String(place), sessions])),
          ...(other === null ? {} : { [others]: otherSessions }),
        },
      }))}
    />
  );
}

function AdoptionTable({ adoption: { dimension, items, other } }: { adoption: Adoption }) {
  const name = dimensions.find(({ value }) => value === dimension)?.label ?? "Values";
  const rest = other === null ? [] : [{ value: others, sessions: other.sessions, share: other.share }];
  const rows: readonly AdoptionRow[] = [
    ...items.map((item) => ({ ...item, value: labelOf(item.value, dimension) })),
    ...rest,
  ];
  return (
    <Card flush className="pt-3">
      <DataTable
        name={name}
        rows={rows}
        keyOf={({ value }) => value}
        sort="-sessions"
        columns={[
          { id: "value", label: name, value: ({ value }) => value },
          { id: "sessions", label: "Sessions", kind: "count", value: ({ sessions }) => sessions },
          { id: "share", label: "Share", kind: "percent", value: ({ share }) => share },
          { id: "users", label: "Users", kind: "count", value: ({ users }) => users },
          {
            id: "first",
            label: "First session",
            value: ({ firstSeenAt }) => firstSeenAt,
            show: ({ firstSeenAt = null }) => <Moment at={firstSeenAt} />,
            wide: true,
          },
          {
            id: "last",
            label: "Last session",
            value: ({ lastSeenAt }) => lastSeenAt,
            show: ({ lastSeenAt = null }) => <Moment at={lastSeenAt} />,
            wide: true,
          },
        ]}
      />
    </Card>
  );
}

type AdoptionRow = {
  value: string;
  sessions: number;
  share: number;
  users?: number;
  firstSeenAt?: string;
  lastSeenAt?: string;
};

function labelOf(value: string | null, dimension: AdoptionDimension): string {
  if (value === null) return "not said";
  return dimension === "country" ? writeCountry(value) : value;
}
