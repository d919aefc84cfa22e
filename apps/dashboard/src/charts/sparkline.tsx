import { type Kind, write } from "../format/quantity";

const width = 96;
const height = 24;
const margin = 2;

/** A small line without axes; its numbers are told to who can't see it. */
export function Sparkline({ values, kind, label }: { values: readonly number[]; kind: Kind; label: string }) {
  if (values.length < 2) return <span className="text-muted">–</span>;
  const max = Math.max(...values);
  const min = Math.min(0, ...values);
  const span = max - min || 1;
  const x = (n: number): number => margin + (n / (values.length - 1)) * (width - 2 * margin);
  const y = (value: number): number => height - margin - ((value - min) / span) * (height - 2 * margin);
  const line = values.map((value, n) => `${x(n).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const last = values.at(-1) ?? 0;
  return (
    <svg
      role="img"
      aria-label={`${label}: at most ${write(kind, max).short}, last ${write(kind, last).short}`}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      className="block"
    >
      <polygon
        points={`${margin},${height - margin} ${line} ${width - margin},${height - margin}`}
        fill="var(--color-series-1)"
        opacity="0.1"
      />
      <polyline points={line} fill="none" stroke="var(--color-series-1)" strokeWidth="1.5" strokeLinejoin="round" />
    </svg>
  );
}
