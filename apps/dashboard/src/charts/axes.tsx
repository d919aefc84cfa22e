import { memo } from "react";
import { writeTick } from "../format/quantity";
import { writeTimeTick } from "../format/time";
import type { Scales } from "./scales";
import type { TimeChartProps } from "./series";
import { labelPlaces } from "./ticks";

type AxesProps = Pick<TimeChartProps, "points" | "kind" | "granularity"> & { scales: Scales; tz: string };

const fontSize = 11;
// Inter's digits and letters are about this wide, and a label needs air around it.
const characterWidth = 6;
const labelGap = 40;
const labelDistance = 8;

/** Levels with what they mean, and times below. */
export const Axes = memo(function Axes({ points, kind, granularity, scales, tz }: AxesProps) {
  const { left, right, bottom, ticks, band } = scales;
  const labels = points.map(({ at }) => writeTimeTick(at, granularity, tz));
  const labelWidth = Math.max(0, ...labels.map((label) => label.length)) * characterWidth;
  return (
    <g fontSize={fontSize} fill="var(--color-muted)">
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={left} x2={right} y1={scales.y(tick)} y2={scales.y(tick)} stroke="var(--color-line)" />
          <text x={left - labelDistance} y={scales.y(tick)} textAnchor="end" dominantBaseline="central">
            {writeTick(kind, tick)}
          </text>
        </g>
      ))}
      {labelPlaces(points.length, band, labelWidth + labelGap).map((place) => (
        <text
          key={points[place]?.at}
          // Not over the edge: the last point of a line stands on it.
          x={Math.min(scales.x(place), right - labelWidth / 2)}
          y={bottom + labelDistance}
          textAnchor="middle"
          dominantBaseline="hanging"
        >
          {labels[place]}
        </text>
      ))}
    </g>
  );
});
