import { ChartColumn, Download, Table2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { usePageWindow } from "../app/use-window";
import { downloadCsv } from "../format/csv";
import { writeBucket } from "../format/time";
import { IconButton } from "../ui/button";
import { Card } from "../ui/card";
import { Quantity } from "../ui/quantity";
import { Scroller } from "../ui/scroller";
import { Legend } from "./legend";
import type { TimeChartProps } from "./series";
import { TimeChart } from "./time-chart";

export type ChartCardProps = Omit<TimeChartProps, "label"> & {
  title: string;
  hint?: ReactNode;
  /** Stands before the buttons for table and file. */
  actions?: ReactNode;
};

/** A chart over time, the same numbers as a table, and as a file. */
export function ChartCard({ title, hint, actions, ...chart }: ChartCardProps) {
  const [isTable, setIsTable] = useState(false);
  return (
    <Card
      title={title}
      {...(hint === undefined ? {} : { hint })}
      actions={
        <>
          {actions}
          <IconButton
            label={isTable ? `${title}: as a chart` : `${title}: as a table`}
            onClick={() => setIsTable(!isTable)}
          >
            {isTable ? <ChartColumn className="size-4" /> : <Table2 className="size-4" />}
          </IconButton>
          <IconButton label={`${title}: download CSV`} onClick={() => download(title, chart)}>
            <Download className="size-4" />
          </IconButton>
        </>
      }
    >
      {isTable ? (
        <ChartTable title={title} {...chart} />
      ) : (
        <>
          {chart.series.length > 1 && <Legend series={chart.series} />}
          <TimeChart {...chart} label={title} />
        </>
      )}
    </Card>
  );
}

function download(title: string, { series, points }: Omit<TimeChartProps, "label">): void {
  const name = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  downloadCsv(
    name,
    ["time", ...series.map(({ label }) => label), "partial"],
    points.map(({ at, values, partial = false }) => [at, ...series.map(({ id }) => values[id]), partial]),
  );
}

function ChartTable({ title, series, points, kind, granularity, height = 240 }: ChartCardProps) {
  const { tz } = usePageWindow();
  return (
    <Scroller label={`${title}, as a table`} style={{ height }} className="overflow-auto">
      <table className="w-full text-xs">
        <thead className="sticky top-0 bg-surface text-left text-muted">
          <tr>
            <th scope="col" className="py-1 pr-3 font-medium">
              Time
            </th>
            {series.map(({ id, label }) => (
              <th key={id} scope="col" className="py-1 pl-3 text-right font-medium">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map(({ at, values, partial }) => (
            <tr key={at} className="border-t border-line">
              <th scope="row" className="py-1 pr-3 text-left font-normal whitespace-nowrap">
                {writeBucket(at, granularity, tz)}
                {partial === true && <span className="text-muted"> (so far)</span>}
              </th>
              {series.map(({ id }) => (
                <td key={id} className="py-1 pl-3 text-right">
                  <Quantity kind={kind} value={values[id]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}
