import {
  Area,
  Bar,
  CartesianGrid,
  Cell,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { usePageWindow } from "../app/use-window";
import { writeTick } from "../format/quantity";
import { writeTimeTick } from "../format/time";
import { ChartTooltip } from "./chart-tooltip";
import { colorOf, type Point, type Series, type TimeChartProps } from "./series";

const axis = { tickLine: false, axisLine: false, tick: { fill: "var(--color-muted)", fontSize: 11 } } as const;

/** Values over time. Loaded on demand, see chart.tsx: the drawing library is as large as all the rest. */
export function TimeChart({ look, series, points, kind, granularity, height = 240, limit }: TimeChartProps) {
  const { tz } = usePageWindow();
  const rows = points.map(({ at, values }) => ({ at, ...values }));
  return (
    <ResponsiveContainer width="100%" height={height}>
      <ComposedChart data={rows} margin={{ top: 8, right: 4, bottom: 0, left: 0 }} barCategoryGap="18%">
        <CartesianGrid vertical={false} stroke="var(--color-line)" />
        <XAxis
          {...axis}
          dataKey="at"
          minTickGap={40}
          tickMargin={8}
          tickFormatter={(at: string) => writeTimeTick(at, granularity, tz)}
        />
        <YAxis {...axis} width={52} tickCount={5} tickFormatter={(value: number) => writeTick(kind, value)} />
        <Tooltip
          cursor={look === "line" ? { stroke: "var(--color-strong-line)" } : { fill: "var(--color-sunken)" }}
          isAnimationActive={false}
          content={({ active, label }) => {
            const point = active === true ? points.find(({ at }) => at === label) : undefined;
            return point === undefined ? null : (
              <ChartTooltip
                point={point}
                series={series}
                kind={kind}
                granularity={granularity}
                total={look === "stacked"}
              />
            );
          }}
        />
        {series.map((one, place) => drawSeries(one, place, look, points))}
        {limit !== undefined && (
          <ReferenceLine
            y={limit.value}
            ifOverflow="extendDomain"
            stroke="var(--color-bad)"
            strokeDasharray="4 4"
            label={{ value: limit.label, position: "insideTopRight", fill: "var(--color-bad)", fontSize: 11 }}
          />
        )}
      </ComposedChart>
    </ResponsiveContainer>
  );
}

function drawSeries(series: Series, place: number, look: TimeChartProps["look"], points: readonly Point[]) {
  const color = colorOf(series, place);
  const common = { key: series.id, dataKey: series.id, name: series.label, isAnimationActive: false } as const;
  if (series.dashed === true) {
    return <Line {...common} key={series.id} stroke={color} strokeDasharray="4 4" strokeWidth={1.5} dot={false} />;
  }
  if (look === "line") {
    return (
      <Area
        {...common}
        key={series.id}
        stroke={color}
        strokeWidth={2}
        fill={color}
        fillOpacity={place === 0 ? 0.08 : 0}
        dot={points.length === 1}
        activeDot={{ r: 3.5 }}
      />
    );
  }
  return (
    <Bar
      {...common}
      key={series.id}
      fill={color}
      maxBarSize={36}
      {...(look === "stacked" ? { stackId: "all" } : { radius: 2 })}
    >
      {points.map(({ at, partial }) => (
        // The open bucket is paler: it is not to be compared with the others yet.
        <Cell key={at} fillOpacity={partial === true ? 0.45 : 1} />
      ))}
    </Bar>
  );
}
