import type { Funnel } from "@mobigen/analytics-contract";
import { useMemo } from "react";
import { funnelQuery } from "../../../api/funnels";
import { useCompared } from "../../../app/use-compared";
import { useDeviceFilter } from "../../../app/use-device-filter";
import { useProjectId } from "../../../app/use-project-id";
import { Page } from "../../../layout/page";
import { Card } from "../../../ui/card";
import { Loaded } from "../../../ui/loaded";
import { SkeletonChart } from "../../../ui/skeleton";
import { EmptyState } from "../../../ui/states";
import { DeviceFilters } from "../device-filters";
import { NoEvents } from "../no-events";
import { Builder } from "./builder";
import { FunnelView } from "./funnel-view";
import { type Definition, useDefinition } from "./use-definition";

const fewestSteps = 2;

/** How many do one thing after the other, and where they stop. */
export function FunnelsPage() {
  const definition = useDefinition();
  return (
    <Page title="Funnels" hint="How many do one thing after the other, and where they stop.">
      <DeviceFilters />
      <Builder definition={definition} />
      {definition.steps.length < fewestSteps ? (
        <Card>
          <EmptyState title="No funnel yet">
            Choose two events or more, in the order in which they should happen. The funnel is part of this page’s
            address: a link to it shows the same.
          </EmptyState>
        </Card>
      ) : (
        <Result definition={definition} />
      )}
    </Page>
  );
}

function Result({ definition }: { definition: Definition }) {
  const projectId = useProjectId();
  const asked = useAsked(definition);
  const { now, before } = useCompared((window) => funnelQuery(projectId, { ...asked, ...window }));
  return (
    <Loaded
      query={now}
      skeleton={
        <Card title="Steps">
          <SkeletonChart />
        </Card>
      }
      empty={{ when: ({ steps }) => steps[0]?.count === 0, show: <NoEvents /> }}
    >
      {(result) => <FunnelView result={result} before={before.data} />}
    </Loaded>
  );
}

function useAsked({ steps, windowSeconds, unit, breakdown }: Definition): Funnel {
  const { platform, version, country } = useDeviceFilter();
  return useMemo(
    () => ({
      steps: [...steps],
      windowSeconds,
      unit,
      ...(breakdown === "" ? {} : { breakdown }),
      ...(platform === undefined ? {} : { platform }),
      ...(version === undefined ? {} : { version }),
      ...(country === undefined ? {} : { country }),
    }),
    [steps, windowSeconds, unit, breakdown, platform, version, country],
  );
}
