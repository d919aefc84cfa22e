import { usePageWindow } from "../../../app/use-window";
import { writeDay } from "../../../format/time";
import { dayOf } from "../../../layout/local-day";
import { classNames } from "../../../ui/class-names";

const shownDays = 90;
const dayMs = 86_400_000;

/** A square a day, the latest last; which of them they were there on is read out as a number. */
export function ActiveDays({ days }: { days: readonly string[] }) {
  const { tz } = usePageWindow();
  const active = new Set(days);
  const today = Date.parse(dayOf(new Date(), tz));
  const all = Array.from({ length: shownDays }, (_, n) =>
    new Date(today - (shownDays - 1 - n) * dayMs).toISOString().slice(0, 10),
  );
  return (
    <div
      role="img"
      aria-label={`There on ${all.filter((day) => active.has(day)).length} of the last ${shownDays} days`}
      className="grid grid-cols-[repeat(18,1fr)] gap-1"
    >
      {all.map((day) => (
        <span
          key={day}
          title={`${writeDay(day, tz)}: ${active.has(day) ? "there" : "not there"}`}
          className={classNames("aspect-square rounded-xs", active.has(day) ? "bg-series-1" : "bg-sunken")}
        />
      ))}
    </div>
  );
}
