import { type Kind, write } from "../format/quantity";
import { classNames } from "./class-names";

export type MeterProps = { label: string; value: number; limit: number; kind: Kind; projected?: number };

const nearPercent = 80;

/** How much of a limit is used, and paler what is likely to be used. */
export function Meter({ label, value, limit, kind, projected }: MeterProps) {
  const percent = (value / limit) * 100;
  const expected = projected === undefined ? percent : Math.max((projected / limit) * 100, percent);
  const color = percent >= 100 ? "bg-bad" : expected >= 100 || percent >= nearPercent ? "bg-warn" : "bg-good";
  return (
    <div>
      <div className="mb-1.5 flex justify-between gap-2 text-xs">
        <span className="truncate text-muted">{label}</span>
        <span
          className="font-medium whitespace-nowrap tabular-nums"
          title={`${write(kind, value).exact} of ${write(kind, limit).exact}`}
        >
          {write("percent", percent).short} of {write(kind, limit).short}
        </span>
      </div>
      <div aria-hidden="true" className="relative h-2 overflow-hidden rounded-full bg-sunken">
        <div
          className={classNames("absolute inset-y-0 left-0 opacity-35", color)}
          style={{ width: `${Math.min(expected, 100)}%` }}
        />
        <div
          className={classNames("absolute inset-y-0 left-0 rounded-full", color)}
          style={{ width: `${Math.min(percent, 100)}%` }}
        />
      </div>
    </div>
  );
}
