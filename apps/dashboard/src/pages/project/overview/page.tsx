import { useQuery } from "@tanstack/react-query";
import { overviewQuery } from "../../../api/insights";
import { useDeviceFilter } from "../../../app/use-device-filter";
import { useProjectId } from "../../../app/use-project-id";
import { usePageWindow, useParam } from "../../../app/use-window";
import { Page } from "../../../layout/page";
import { Loaded } from "../../../ui/loaded";
import { DeviceFilters } from "../device-filters";
import { NoEvents } from "../no-events";
import { FigureChart } from "./figure-chart";
import { FigureTiles } from "./figure-tiles";
import { figureOf } from "./figures";
import { TopLists } from "./top-lists";

/** Who uses the app, on one screen. */
export function ProjectOverviewPage() {
  const projectId = useProjectId();
  const filter = useDeviceFilter();
  const { query } = usePageWindow();
  const [metric, setMetric] = useParam("metric", "active_users");
  const overview = useQuery(overviewQuery(projectId, query, filter));
  const figure = figureOf(metric);
  return (
    <Page title="Overview" hint="Who uses the app, and how.">
      <DeviceFilters />
      <Loaded
        query={overview}
        skeleton={<FigureTiles overview={undefined} chosen={figure} onChoose={() => {}} />}
        empty={{ when: ({ events, sessions }) => events.value === 0 && sessions.value === 0, show: <NoEvents /> }}
      >
        {(data) => (
          <>
            <FigureTiles overview={data} chosen={figure} onChoose={(next) => setMetric(next.metric)} />
            <FigureChart figure={figure} overview={data} />
            <TopLists />
          </>
        )}
      </Loaded>
    </Page>
  );
}
