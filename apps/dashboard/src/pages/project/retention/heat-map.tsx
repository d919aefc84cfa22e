import type { Retention, RetentionGranularity } from "@mobigen/analytics-contract";
import { Download } from "lucide-react";
import type { ReactNode } from "react";
import { usePageWindow } from "../../../app/use-window";
import { downloadCsv } from "../../../format/csv";
import { writeTimeTick } from "../../../format/time";
import { IconButton } from "../../../ui/button";
import { Card } from "../../../ui/card";
import { Quantity } from "../../../ui/quantity";
import { Scroller } from "../../../ui/scroller";
import { HeatCell } from "./heat-cell";
import { HeatLegend } from "./heat-legend";

type Cohort = Retention["cohorts"][number];

/** A row a cohort, a column an interval since its first visit; the more of them came again, the stronger the colour. */
export function HeatMap({ retention }: { retention: Retention }) {
  const { granularity, cohorts, average } = retention;
  const columns = Math.max(...cohorts.map(({ cells }) => cells.length)) - 1;
  const offsets = Array.from({ length: Math.max(columns, 0) }, (_, n) => n + 1);
  const highest = highestRate(cohorts);
  return (
    <Card
      flush
      title={`Cohorts by ${granularity}`}
      hint={`percent that came again, ${granularity}s later`}
      actions={
        <IconButton label="Cohorts: download CSV" onClick={() => download(retention)}>
          <Download className="size-4" />
        </IconButton>
      }
    >
      <Scroller label="Cohorts" className="relative overflow-x-auto px-4 pb-3">
        <table className="w-full border-separate border-spacing-0.5 text-xs tabular-nums">
          <thead className="text-muted">
            <tr>
              <th
                scope="col"
                className="sticky left-0 z-1 w-px bg-surface py-1 pr-3 text-left font-medium whitespace-nowrap"
              >
                First visit
              </th>
              <th scope="col" className="w-px px-2 py-1 text-right font-medium whitespace-nowrap">
                New users
              </th>
              {offsets.map((offset) => (
                <th key={offset} scope="col" className="min-w-13 px-1 py-1 font-medium whitespace-nowrap">
                  <span className="sr-only">{`After ${granularity} `}</span>
                  {offset}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <AverageRow average={average} offsets={offsets} cohorts={cohorts} highest={highest} />
            {cohorts.map((cohort) => (
              <CohortRow
                key={cohort.date}
                cohort={cohort}
                offsets={offsets}
                highest={highest}
                granularity={granularity}
              />
            ))}
          </tbody>
        </table>
      </Scroller>
      <HeatLegend highest={highest} granularity={granularity} />
    </Card>
  );
}

type RowProps = { offsets: readonly number[]; highest: number };

function AverageRow({
  average,
  offsets,
  cohorts,
  highest,
}: RowProps & { average: Retention["average"]; cohorts: readonly Cohort[] }) {
  return (
    <tr>
      <RowHead>
        <b>Average</b>
      </RowHead>
      <td className="px-2 text-right font-semibold">
        <Quantity kind="count" value={cohorts.reduce((sum, { size }) => sum + size, 0)} />
      </td>
      {offsets.map((offset) => {
        const { rate = null, actors = 0, size = 0 } = average.find((one) => one.offset === offset) ?? {};
        return <HeatCell key={offset} rate={rate} actors={actors} size={size} highest={highest} isBold />;
      })}
    </tr>
  );
}

function CohortRow({
  cohort: { date, size, incomplete, cells },
  offsets,
  highest,
  granularity,
}: RowProps & { cohort: Cohort; granularity: RetentionGranularity }) {
  const { tz } = usePageWindow();
  return (
    <tr>
      <RowHead>
        {writeTimeTick(date, granularity, tz)}
        {incomplete === true && <span className="text-muted"> so far</span>}
      </RowHead>
      <td className="px-2 text-right">
        <Quantity kind="count" value={size} />
      </td>
      {offsets.map((offset) => {
        const cell = cells[offset];
        return cell === undefined ? (
          <td key={offset} />
        ) : (
          <HeatCell key={offset} {...cell} size={size} highest={highest} />
        );
      })}
    </tr>
  );
}

function RowHead({ children }: { children: ReactNode }) {
  return (
    <th scope="row" className="sticky left-0 z-1 h-8 bg-surface pr-3 text-left font-normal whitespace-nowrap">
      {children}
    </th>
  );
}

/** Of the cells with a colour: everybody was there in the interval of their first visit. */
function highestRate(cohorts: readonly Cohort[]): number {
  return Math.max(0, ...cohorts.flatMap(({ cells }) => cells.slice(1).map(({ rate }) => rate ?? 0)));
}

function download({ granularity, cohorts }: Retention): void {
  downloadCsv(
    "retention",
    ["cohort", "new_users", `${granularity}s_later`, "users", "percent", "incomplete"],
    cohorts.flatMap(({ date, size, cells }) =>
      cells.map(({ actors, rate, incomplete = false }, offset) => [date, size, offset, actors, rate, incomplete]),
    ),
  );
}
