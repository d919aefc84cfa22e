import type { RetentionGranularity } from "@mobigen/analytics-contract";
import { write } from "../../../format/quantity";
import { heatColor } from "./heat-cell";

const steps = [0, 0.25, 0.5, 0.75, 1];

/** What the colours mean. */
export function HeatLegend({ highest, granularity }: { highest: number; granularity: RetentionGranularity }) {
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-2 border-t border-line px-4 py-2.5 text-xs text-muted">
      <span className="flex items-center gap-2">
        0%
        <span aria-hidden="true" className="flex overflow-hidden rounded">
          {steps.map((step) => (
            <span key={step} className="h-3 w-6" style={{ background: heatColor(step * highest, highest) }} />
          ))}
        </span>
        {write("percent", highest).short}
      </span>
      <span className="flex items-center gap-2">
        <span
          aria-hidden="true"
          className="h-4 w-6 rounded bg-sunken outline-1 -outline-offset-2 outline-dashed outline-muted"
        />
        the {granularity} is not over: it can still grow
      </span>
    </div>
  );
}
