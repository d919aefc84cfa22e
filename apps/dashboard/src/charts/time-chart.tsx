import { type ReactNode, useMemo, useState } from "react";
import { usePageWindow } from "../app/use-window";
import { write } from "../format/quantity";
import { writeBucket } from "../format/time";
import { classNames } from "../ui/class-names";
import { Axes } from "./axes";
import { ChartTooltip } from "./chart-tooltip";
import { Marks } from "./marks";
import { type Scales, scalesOf } from "./scales";
import { colorOf, type Point, type Series, type TimeChartProps } from "./series";
import { useWidth } from "./use-width";

/** Values over time. What stands at one place is told under the pointer or a finger, and by the arrow keys. */
export function TimeChart(props: TimeChartProps) {
  const { label, look, series, points, kind, granularity, height = 240, limit } = props;
  const { tz } = usePageWindow();
  const [frame, width] = useWidth();
  const [place, setPlace] = useState<number | null>(null);
  const scales = useMemo(
    () => scalesOf({ look, series, points, kind, ...(limit === undefined ? {} : { limit }) }, width, height),
    [look, series, points, kind, limit, width, height],
  );
  const point = place === null ? undefined : points[place];
  return (
    <figure
      ref={frame}
      aria-label={label}
      className="relative min-w-0"
      style={{ height }}
      onPointerMove={({ clientX, currentTarget }) =>
        setPlace(scales.placeAt(clientX - currentTarget.getBoundingClientRect().left))
      }
      onPointerLeave={() => setPlace(null)}
    >
      <PlaceInput {...props} tz={tz} place={place} onPlace={setPlace} />
      {width > 0 && (
        <svg
          aria-hidden="true"
          width="100%"
          height={height}
          className="rounded peer-focus-visible:outline-2 peer-focus-visible:outline-accent"
        >
          {place !== null && point !== undefined && <Cursor x={scales.x(place)} look={look} scales={scales} />}
          <Axes points={points} kind={kind} granularity={granularity} scales={scales} tz={tz} />
          <Marks look={look} series={series} points={points} scales={scales} />
          {limit !== undefined && <Limit {...limit} scales={scales} />}
          {place !== null && point !== undefined && look === "line" && (
            <Dots {...{ series, point, scales }} x={scales.x(place)} />
          )}
        </svg>
      )}
      {place !== null && point !== undefined && (
        <Beside x={scales.x(place)} width={width}>
          <ChartTooltip {...{ point, series, kind, granularity }} total={look === "stacked"} />
        </Beside>
      )}
    </figure>
  );
}

function Cursor({ x, look, scales }: { x: number; look: TimeChartProps["look"]; scales: Scales }) {
  const { top, bottom, band } = scales;
  if (look === "line") return <line x1={x} x2={x} y1={top} y2={bottom} stroke="var(--color-strong-line)" />;
  return <rect x={x - band / 2} y={top} width={band} height={bottom - top} fill="var(--color-sunken)" />;
}

function Limit({ value, label, scales }: { value: number; label: string; scales: Scales }) {
  const { left, right, y } = scales;
  return (
    <g>
      <line x1={left} x2={right} y1={y(value)} y2={y(value)} stroke="var(--color-bad)" strokeDasharray="4 4" />
      <text x={right - 5} y={y(value) + 14} textAnchor="end" fontSize={11} fill="var(--color-bad)">
        {label}
      </text>
    </g>
  );
}

type DotsProps = { series: readonly Series[]; point: Point; scales: Scales; x: number };

/** On each line, where it is asked about. */
function Dots({ series, point, scales, x }: DotsProps) {
  return series.map((one, place) => {
    const value = point.values[one.id];
    if (value === null || value === undefined) return null;
    return (
      <circle
        key={one.id}
        cx={x}
        cy={scales.y(value)}
        r={3.5}
        fill={colorOf(one, place)}
        stroke="var(--color-surface)"
        strokeWidth={2}
      />
    );
  });
}

const distance = 12;

/** Right of `x`, or left of it where it is in the right half; moved back over it where the chart is too narrow. */
function Beside({ x, width, children }: { x: number; width: number; children: ReactNode }) {
  const isRight = x > width / 2;
  return (
    <div
      aria-hidden="true"
      className={classNames("pointer-events-none absolute inset-x-0 top-2 z-10 flex", isRight && "flex-row-reverse")}
    >
      <span className="min-w-0 shrink" style={{ width: (isRight ? width - x : x) + distance }} />
      <div className="shrink-0">{children}</div>
    </div>
  );
}

type PlaceInputProps = TimeChartProps & { tz: string; place: number | null; onPlace: (place: number | null) => void };

/** Nobody sees it: it makes the arrow keys walk over the chart, and says what stands there to who can't see it. */
function PlaceInput({ label, series, points, kind, granularity, tz, place, onPlace }: PlaceInputProps) {
  const last = points.length - 1;
  const at = place ?? last;
  const point = points[at];
  if (point === undefined) return null;
  const values = series.map(({ id, label: name }) => `${name} ${write(kind, point.values[id]).exact}`).join(", ");
  return (
    <input
      type="range"
      className="peer sr-only"
      aria-label={`${label}, by ${granularity}`}
      aria-valuetext={`${writeBucket(point.at, granularity, tz)}: ${values}`}
      min={0}
      max={last}
      value={at}
      onChange={({ target }) => onPlace(Number(target.value))}
      onFocus={() => onPlace(at)}
      onBlur={() => onPlace(null)}
    />
  );
}
