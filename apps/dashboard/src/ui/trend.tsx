import { ArrowDownRight, ArrowRight, ArrowUpRight } from "lucide-react";
import { write } from "../format/quantity";
import { classNames } from "./class-names";

/** What a rise means: for costs and failures it is no good news, of tokens it is neither. */
export type Rise = "good" | "bad" | "neutral";

// Less is noise.
const steadyPercent = 0.5;

/** The change against the period before, in percent; null where there was nothing before. */
export function Trend({ change, rise = "neutral" }: { change: number | null; rise?: Rise }) {
  if (change === null) return <span className="text-xs text-muted">no comparison</span>;
  const isSteady = Math.abs(change) < steadyPercent;
  const isGood = rise !== "neutral" && !isSteady && change > 0 === (rise === "good");
  const Arrow = isSteady ? ArrowRight : change > 0 ? ArrowUpRight : ArrowDownRight;
  const { short, exact } = write("percent", Math.abs(change));
  const word = isSteady ? "about the same as" : change > 0 ? "more than" : "less than";
  return (
    <span
      title={`${exact} ${word} in the period before`}
      className={classNames(
        "inline-flex items-center gap-0.5 text-xs font-medium tabular-nums",
        rise === "neutral" || isSteady ? "text-muted" : isGood ? "text-good" : "text-bad",
      )}
    >
      <Arrow aria-hidden="true" className="size-3.5" />
      {short}
      <span className="sr-only"> {word} in the period before</span>
    </span>
  );
}
