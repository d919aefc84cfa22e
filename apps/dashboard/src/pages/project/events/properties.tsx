import type { EventProperties } from "@mobigen/analytics-contract";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { eventPropertiesQuery } from "../../../api/event-properties";
import type { InsightFilter } from "../../../api/insight";
import { useProjectId } from "../../../app/use-project-id";
import { usePageWindow } from "../../../app/use-window";
import { downloadCsv } from "../../../format/csv";
import { write } from "../../../format/quantity";
import { writeMoment } from "../../../format/time";
import { IconButton } from "../../../ui/button";
import { Card } from "../../../ui/card";
import { Loaded } from "../../../ui/loaded";
import { EmptyState, PartialNote } from "../../../ui/states";
import { PropertyCard } from "./property-card";

/** What an event carries: each property with the values it has most. */
export function Properties({ filter }: { filter: InsightFilter }) {
  const projectId = useProjectId();
  const { query } = usePageWindow();
  const properties = useQuery(eventPropertiesQuery(projectId, query, filter));
  return (
    <section aria-labelledby="properties" className="flex flex-col gap-3">
      <header className="flex items-center justify-between gap-4">
        <h2 id="properties" className="text-sm font-semibold">
          Properties
        </h2>
        {properties.data !== undefined && properties.data.properties.length > 0 && <Csv answer={properties.data} />}
      </header>
      <Loaded
        query={properties}
        empty={{
          when: (answer) => answer.properties.length === 0,
          show: (
            <Card>
              <EmptyState title="No properties">These events carried none in this period.</EmptyState>
            </Card>
          ),
        }}
      >
        {(answer) => (
          <>
            <WhatWasRead answer={answer} />
            <div className="grid items-start gap-4 md:grid-cols-2 xl:grid-cols-3">
              {answer.properties.map((property) => (
                <PropertyCard key={property.key} property={property} />
              ))}
            </div>
          </>
        )}
      </Loaded>
    </section>
  );
}

function WhatWasRead({ answer: { read, truncated } }: { answer: EventProperties }) {
  const { tz } = usePageWindow();
  if (read.complete && !truncated) return null;
  return (
    <PartialNote>
      {!read.complete &&
        `Of the newest ${write("count", read.events).short} events, from ${writeMoment(read.from, tz)} on: the period holds too many to read. `}
      {truncated && "These events have more properties than are shown."}
    </PartialNote>
  );
}

function Csv({ answer: { properties } }: { answer: EventProperties }) {
  return (
    <IconButton
      label="Properties: download CSV"
      onClick={() =>
        downloadCsv(
          "properties",
          ["property", "value", "events", "percent"],
          properties.flatMap(({ key, topValues, otherEvents, events }) => [
            ...topValues.map(({ value, events: times, share }) => [key, value, times, share]),
            ...(otherEvents > 0 ? [[key, "(others)", otherEvents, (otherEvents / events) * 100]] : []),
          ]),
        )
      }
    >
      <Download className="size-4" />
    </IconButton>
  );
}
