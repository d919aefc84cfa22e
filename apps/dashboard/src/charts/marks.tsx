import { memo } from "react";
import { type Scales, stackOf } from "./scales";
import { colorOf, type Point, type Series, type TimeChartProps } from "./series";

type MarksProps = Pick<TimeChartProps, "look" | "series" | "points"> & { scales: Scales };

/** Lines and bars. Kept while the pointer moves: there may be thousands. */
export const Marks = memo(function Marks({ look, series, points, scales }: MarksProps) {
  const colored = series.map((one, place) => ({ ...one, color: colorOf(one, place) }));
  const solid = colored.filter(({ dashed }) => dashed !== true);
  const dashed = colored.filter((one) => one.dashed === true);
  return (
    <>
      {look === "line"
        ? solid.map((one, place) => <Line key={one.id} {...{ one, points, scales }} isFilled={place === 0} />)
        : points.map((point, place) => (
            <Bars
              key={point.at}
              point={point}
              center={scales.x(place)}
              isStacked={look === "stacked"}
              series={solid}
              scales={scales}
            />
          ))}
      {dashed.map((one) => (
        <Line key={one.id} {...{ one, points, scales }} />
      ))}
    </>
  );
});

type Colored = Omit<Series, "color"> & { color: string };

type LineProps = { one: Colored; points: readonly Point[]; scales: Scales; isFilled?: boolean };

function Line({ one, points, scales, isFilled = false }: LineProps) {
  const dashes = one.dashed === true ? "4 4" : undefined;
  return runsOf(one.id, points).map(({ first, values }) => {
    const [start, end] = [scales.x(first), scales.x(first + values.length - 1)];
    const line = values.map((value, n) => `${round(scales.x(first + n))},${round(scales.y(value))}`).join(" ");
    const [value] = values;
    if (values.length === 1 && value !== undefined) {
      return <circle key={first} cx={start} cy={scales.y(value)} r={3} fill={one.color} />;
    }
    const floor = round(scales.y(0));
    return (
      <g key={first}>
        {isFilled && (
          <polygon points={`${round(start)},${floor} ${line} ${round(end)},${floor}`} fill={one.color} opacity={0.08} />
        )}
        <polyline
          points={line}
          fill="none"
          stroke={one.color}
          strokeWidth={dashes === undefined ? 2 : 1.5}
          strokeDasharray={dashes}
          strokeLinejoin="round"
        />
      </g>
    );
  });
}

/** The stretches of a series in which every point has a value: a line ends where there is nothing to tell. */
function runsOf(id: string, points: readonly Point[]): { first: number; values: number[] }[] {
  const runs: { first: number; values: number[] }[] = [];
  points.forEach(({ values }, place) => {
    const value = values[id];
    if (value === null || value === undefined) return;
    const run = runs.at(-1);
    if (run !== undefined && run.first + run.values.length === place) run.values.push(value);
    else runs.push({ first: place, values: [value] });
  });
  return runs;
}

const gapShare = 0.18;
const gap = 4;
const maxBarWidth = 36;

type BarsProps = { point: Point; center: number; isStacked: boolean; series: readonly Colored[]; scales: Scales };

function Bars({ point, center, isStacked, series, scales }: BarsProps) {
  const room = scales.band * (1 - 2 * gapShare);
  const abreast = isStacked ? 1 : series.length;
  const width = Math.min((room - (abreast - 1) * gap) / abreast, maxBarWidth);
  const start = center - (abreast * (width + gap) - gap) / 2;
  const ends = isStacked ? stackOf(series, point) : series.map(({ id }) => ({ from: 0, to: point.values[id] ?? 0 }));
  return series.map(({ id, color }, place) => {
    const { from, to } = ends[place] ?? { from: 0, to: 0 };
    if (from === to) return null;
    const [top, bottom] = [scales.y(Math.max(from, to)), scales.y(Math.min(from, to))];
    return (
      <rect
        key={id}
        x={round(start + (isStacked ? 0 : place * (width + gap)))}
        y={round(top)}
        width={round(Math.max(width, 1))}
        height={round(bottom - top)}
        rx={isStacked ? 0 : 2}
        fill={color}
        // The open bucket is paler: it is not to be compared with the others yet.
        fillOpacity={point.partial === true ? 0.45 : 1}
      />
    );
  });
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
