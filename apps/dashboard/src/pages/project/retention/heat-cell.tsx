import { write } from "../../../format/quantity";
import { classNames } from "../../../ui/class-names";

// Stronger, and the text upon it would be hard to read in one of the themes.
const strongestPercent = 55;

export type HeatCellProps = {
  /** In percent; null: nobody came first then. */
  rate: number | null;
  actors: number;
  size: number;
  /** The rate with the strongest colour. */
  highest: number;
  incomplete?: true | undefined;
  isBold?: boolean;
};

/** A rate with its colour. One that can still grow has a dashed edge, and says so to who can't see that. */
export function HeatCell({ rate, actors, size, highest, incomplete, isBold = false }: HeatCellProps) {
  if (rate === null) return <td className="rounded px-1 text-center text-muted">–</td>;
  const title = `${actors.toLocaleString("en")} of ${size.toLocaleString("en")} (${write("percent", rate).exact})`;
  return (
    <td
      title={incomplete === true ? `${title}, so far` : title}
      style={{ background: heatColor(rate, highest) }}
      className={classNames(
        "h-8 rounded px-1 text-center",
        isBold && "font-semibold",
        incomplete === true && "outline-1 -outline-offset-2 outline-dashed outline-muted",
      )}
    >
      <data value={rate}>{write("percent", rate).short}</data>
      {incomplete === true && <span className="sr-only"> so far</span>}
    </td>
  );
}

export function heatColor(rate: number, highest: number): string {
  const strength = highest === 0 ? 0 : (rate / highest) * strongestPercent;
  return `color-mix(in oklab, var(--color-series-1) ${strength.toFixed(1)}%, var(--color-sunken))`;
}
