import type { RetentionGranularity, RetentionMode } from "@mobigen/analytics-contract";
import { retentionQuery } from "../../../api/retention";
import { useCompared } from "../../../app/use-compared";
import { useProjectId } from "../../../app/use-project-id";
import { useParam } from "../../../app/use-window";
import { Page } from "../../../layout/page";
import { Choice } from "../../../ui/choice";
import { Loaded } from "../../../ui/loaded";
import { NoEvents } from "../no-events";
import { Averages } from "./averages";
import { HeatMap } from "./heat-map";

const granularities = [
  { value: "day", label: "Day" },
  { value: "week", label: "Week" },
  { value: "month", label: "Month" },
] as const;

const modes = [
  { value: "exact", label: (interval: string) => `In that ${interval}` },
  { value: "unbounded", label: (interval: string) => `In that ${interval} or later` },
] as const;

/** Of those who came for the first time, how many came again. */
export function RetentionPage() {
  const projectId = useProjectId();
  const [granularity, setGranularity] = useChoice(granularities, "granularity", "week");
  const [mode, setMode] = useChoice(modes, "mode", "exact");
  const { now, before } = useCompared((window) => retentionQuery(projectId, window, { granularity, mode }));
  return (
    <Page title="Retention" hint="Of those who came for the first time, how many came again.">
      <div className="flex flex-wrap items-center gap-2">
        <Choice<RetentionGranularity>
          label="Interval"
          options={granularities}
          value={granularity}
          onChange={setGranularity}
        />
        <Choice<RetentionMode>
          label="Came again"
          options={modes.map(({ value, label }) => ({ value, label: label(granularity) }))}
          value={mode}
          onChange={setMode}
        />
      </div>
      <Loaded
        query={now}
        empty={{ when: ({ cohorts }) => cohorts.every(({ size }) => size === 0), show: <NoEvents /> }}
      >
        {(retention) => (
          <>
            <Averages retention={retention} before={before.data} />
            <HeatMap retention={retention} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function useChoice<Value extends string>(
  options: readonly { value: Value }[],
  name: string,
  fallback: Value,
): [Value, (value: Value) => void] {
  const [text, setText] = useParam(name, fallback);
  return [options.find(({ value }) => value === text)?.value ?? fallback, setText];
}
