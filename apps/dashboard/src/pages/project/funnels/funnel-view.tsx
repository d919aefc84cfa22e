import type { FunnelResult } from "@mobigen/analytics-contract";
import { write } from "../../../format/quantity";
import { StatCard, StatRow } from "../../../ui/stat-card";
import { PartialNote } from "../../../ui/states";
import { BreakdownTable } from "./breakdown-table";
import { StepBars } from "./step-bars";

/** How far people got: in four numbers, step by step, and for each kind of device. */
export function FunnelView({ result, before }: { result: FunnelResult; before: FunnelResult | undefined }) {
  const now = summaryOf(result);
  const earlier = before === undefined ? undefined : summaryOf(before);
  const beforeOf = (name: keyof Summary): { before?: number | null } =>
    earlier === undefined ? {} : { before: earlier[name] };
  return (
    <>
      {result.incomplete && (
        <PartialNote>
          Those who began late in this period still have time to get further: the numbers can grow.
        </PartialNote>
      )}
      {result.archivedEvents > 0 && (
        <PartialNote>
          {write("count", result.archivedEvents).exact} events of these days are in the archive alone; their steps are
          not counted.
        </PartialNote>
      )}
      <StatRow>
        <StatCard label="Conversion" kind="percent" value={now.conversion} {...beforeOf("conversion")} rise="good" />
        <StatCard label="Began" kind="count" value={now.began} {...beforeOf("began")} rise="good" />
        <StatCard label="Got to the end" kind="count" value={now.ended} {...beforeOf("ended")} rise="good" />
        <StatCard label="Median time" kind="duration" value={now.medianMs} {...beforeOf("medianMs")} rise="bad" />
      </StatRow>
      <StepBars result={result} />
      {result.breakdown !== null && <BreakdownTable result={result} breakdown={result.breakdown} />}
    </>
  );
}

type Summary = Record<"conversion" | "began" | "ended" | "medianMs", number | null>;

function summaryOf({ steps, medianSeconds }: FunnelResult): Summary {
  const [first, last] = [steps.at(0), steps.at(-1)];
  return {
    conversion: last?.conversion ?? null,
    began: first?.count ?? null,
    ended: last?.count ?? null,
    medianMs: medianSeconds === null ? null : medianSeconds * 1_000,
  };
}
