import { X } from "lucide-react";
import { appSessionsQuery } from "../../../api/app-sessions";
import { useDeviceFilter } from "../../../app/use-device-filter";
import { usePages } from "../../../app/use-pages";
import { useProjectId } from "../../../app/use-project-id";
import { usePageWindow, useParam } from "../../../app/use-window";
import { Page } from "../../../layout/page";
import { Button } from "../../../ui/button";
import { Card } from "../../../ui/card";
import { DataTable } from "../../../ui/data-table";
import { SelectField } from "../../../ui/field";
import { Loaded } from "../../../ui/loaded";
import { MoreButton } from "../../../ui/more-button";
import { EmptyState } from "../../../ui/states";
import { DeviceFilters } from "../device-filters";
import { NoEvents } from "../no-events";
import { sessionColumns } from "./columns";
import { SessionFigures } from "./session-figures";

const lengths = [
  { value: "", label: "Any length" },
  { value: "10", label: "10 s or longer" },
  { value: "60", label: "1 min or longer" },
  { value: "300", label: "5 min or longer" },
  { value: "1800", label: "30 min or longer" },
];

const sizes = [
  { value: "", label: "1 event or more" },
  { value: "2", label: "2 events or more" },
  { value: "10", label: "10 events or more" },
  { value: "50", label: "50 events or more" },
];

/** The app's sessions, the newest first. */
export function SessionsPage() {
  const projectId = useProjectId();
  const { query } = usePageWindow();
  const filter = useDeviceFilter();
  const [minSeconds, setMinSeconds] = useParam("longer");
  const [minEvents, setMinEvents] = useParam("events");
  const [actor, setActor] = useParam("actor");
  const own = { minSeconds, minEvents, actor };
  const sessions = usePages(appSessionsQuery(projectId, query, { ...filter, ...own }));
  const isNarrowed = Object.values(own).some((value) => value !== "");
  return (
    <Page title="Sessions" hint="What people did in one go; open one to see it event by event.">
      <DeviceFilters>
        <SelectField
          label="Length"
          hideLabel
          className="w-36 max-sm:grow"
          value={minSeconds}
          onChange={(event) => setMinSeconds(event.target.value)}
          options={withChosen(lengths, minSeconds, "s or longer")}
        />
        <SelectField
          label="Events"
          hideLabel
          className="w-44 max-sm:grow"
          value={minEvents}
          onChange={(event) => setMinEvents(event.target.value)}
          options={withChosen(sizes, minEvents, "events or more")}
        />
        {actor !== "" && (
          <Button look="quiet" onClick={() => setActor("")}>
            <X aria-hidden="true" className="size-4" />
            <span className="max-w-40 truncate">Only of {actor}</span>
          </Button>
        )}
      </DeviceFilters>
      {!isNarrowed && <SessionFigures />}
      <Loaded
        query={sessions}
        empty={{ when: ({ items }) => items.length === 0, show: isNarrowed ? <NoneMatches /> : <NoEvents /> }}
      >
        {({ items }) => (
          <Card flush className="pt-3">
            <DataTable
              name="Sessions"
              tools={<h2 className="text-sm font-semibold">Newest first</h2>}
              rows={items}
              keyOf={({ sessionId }) => sessionId}
              columns={sessionColumns(projectId)}
              footer={<MoreButton pages={sessions} />}
            />
          </Card>
        )}
      </Loaded>
    </Page>
  );
}

function NoneMatches() {
  return (
    <Card>
      <EmptyState title="No such session in this period">Ask for shorter ones, or choose a longer period.</EmptyState>
    </Card>
  );
}

/** A link may say a number that the page does not offer. */
function withChosen(options: typeof lengths, chosen: string, unit: string): typeof lengths {
  if (options.some(({ value }) => value === chosen)) return options;
  return [...options, { value: chosen, label: `${chosen} ${unit}` }];
}
