import type { Fleet, FleetFlagName, FleetSort } from "@mobigen/analytics-contract";
import { fleetQuery } from "../../../api/fleet";
import { usePages } from "../../../app/use-pages";
import { usePageWindow, useParam } from "../../../app/use-window";
import { Page } from "../../../layout/page";
import { Card } from "../../../ui/card";
import { DataTable } from "../../../ui/data-table";
import { Loaded } from "../../../ui/loaded";
import { MoreButton } from "../../../ui/more-button";
import { EmptyState } from "../../../ui/states";
import { FleetTools, flags, ranks } from "./fleet-tools";
import { FleetTotals } from "./fleet-totals";
import { projectColumns } from "./project-columns";

/** Every app that the platform has generated, side by side: what happens in it, what it cost, and what stands out. */
export function ProjectsPage() {
  const { query } = usePageWindow();
  const [rank] = useParam("rank", "events");
  const [flag] = useParam("flag");
  const [search] = useParam("find");
  const projects = usePages(
    fleetQuery(query, {
      sort: ranks.find(({ value }) => value === rank)?.value ?? ("events" satisfies FleetSort),
      ...(search === "" ? {} : { search }),
      ...flagOf(flag),
    }),
  );
  return (
    <Page title="Projects" hint="Every app that the platform has generated: its use, and what it cost.">
      <FleetTotals totals={projects.data?.totals} />
      <Card flush className="pt-3">
        <Loaded query={projects} empty={{ when: ({ items }) => items.length === 0, show: <NoProjects /> }}>
          {(fleet) => (
            <DataTable
              name="Projects"
              tools={<FleetTools />}
              rows={fleet.items}
              keyOf={({ id }) => id}
              columns={projectColumns(fleet.sparklineDays)}
              footer={
                <>
                  <MoreButton pages={projects} />
                  <Counted fleet={fleet} />
                </>
              }
            />
          )}
        </Loaded>
      </Card>
    </Page>
  );
}

function flagOf(text: string): { flag?: FleetFlagName } {
  const flag = flags.find(({ value }) => value === text)?.value;
  return flag === undefined || flag === "all" ? {} : { flag };
}

function NoProjects() {
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 px-4">
        <FleetTools />
      </div>
      <EmptyState title="There are no such projects">Those that are registered and not deleted appear here.</EmptyState>
    </>
  );
}

function Counted({ fleet: { matching, totals } }: { fleet: Fleet }) {
  return (
    <p className="border-t border-line px-4 py-2 text-xs text-muted">
      {matching === totals.projects ? `${matching} projects` : `${matching} of ${totals.projects} projects`}, counted
      within the last five minutes
    </p>
  );
}
