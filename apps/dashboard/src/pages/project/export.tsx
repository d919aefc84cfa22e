import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { archivedEventsQuery, exportUrl } from "../../api/export";
import { insightSeriesQuery } from "../../api/insights";
import { granularityOf } from "../../api/window";
import { useDeviceFilter } from "../../app/use-device-filter";
import { useProjectId } from "../../app/use-project-id";
import { usePageWindow, useParam } from "../../app/use-window";
import { write } from "../../format/quantity";
import { Page } from "../../layout/page";
import { buttonClasses } from "../../ui/button";
import { Card } from "../../ui/card";
import { Choice } from "../../ui/choice";
import { Loaded } from "../../ui/loaded";
import { Quantity } from "../../ui/quantity";
import { Skeleton } from "../../ui/skeleton";
import { PartialNote } from "../../ui/states";
import { DeviceFilters } from "./device-filters";
import { EventField } from "./event-field";
import { NoEvents } from "./no-events";
import { PropertyField } from "./property-field";

const formats = [
  { value: "csv", label: "CSV" },
  { value: "ndjson", label: "NDJSON" },
] as const;

type Format = (typeof formats)[number]["value"];

const explanations: Record<Format, string> = {
  csv: "For spreadsheets: a line an event, properties as JSON in one column.",
  ndjson: "For programs: a line of JSON an event.",
};

/** The raw events of a period, as a file. */
export function ExportPage() {
  const projectId = useProjectId();
  const { query } = usePageWindow();
  const [type] = useParam("type");
  const [name] = useParam("name");
  const [property] = useParam("property");
  const [formatText, setFormat] = useParam("format", "csv");
  const format: Format = formatText === "ndjson" ? "ndjson" : "csv";
  const filter = { ...useDeviceFilter(), type, name, property };
  const events = useQuery(insightSeriesQuery(projectId, "events", granularityOf(query, new Date()), query, filter));
  return (
    <Page title="Export" hint="The raw events of a period, as a file.">
      <DeviceFilters>
        <EventField />
        <PropertyField />
      </DeviceFilters>
      <Loaded
        query={events}
        skeleton={<Skeleton className="h-40 w-full max-w-2xl" />}
        empty={{ when: ({ data }) => sumOf(data) === 0, show: <NoEvents /> }}
      >
        {({ data }) => (
          <Card title="File" hint={explanations[format]} className="max-w-2xl">
            <div className="flex flex-col gap-4">
              <ArchivedNote />
              <div>
                <Choice<Format> label="Format" options={formats} value={format} onChange={setFormat} />
              </div>
              <p>
                <b className="text-2xl font-semibold tracking-tight">
                  <Quantity kind="count" value={sumOf(data)} />
                </b>{" "}
                <span className="text-muted">events in this period, with these filters</span>
              </p>
              <div>
                <a
                  href={exportUrl(projectId, { format, ...query, ...filter })}
                  download
                  className={buttonClasses("primary")}
                >
                  <Download aria-hidden="true" className="size-4" />
                  Download {formats.find(({ value }) => value === format)?.label}
                </a>
              </div>
            </div>
          </Card>
        )}
      </Loaded>
    </Page>
  );
}

function ArchivedNote() {
  const { query } = usePageWindow();
  const { data: archived = 0 } = useQuery(archivedEventsQuery(useProjectId(), query));
  if (archived === 0) return null;
  return (
    <PartialNote>
      {write("count", archived).exact} events of these days are in the archive alone; the file does not have them.
    </PartialNote>
  );
}

function sumOf(data: readonly { value: number | null }[]): number {
  return data.reduce((sum, { value }) => sum + (value ?? 0), 0);
}
