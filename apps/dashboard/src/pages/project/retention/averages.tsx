import type { Retention } from "@mobigen/analytics-contract";
import { StatCard, StatRow } from "../../../ui/stat-card";

type Average = Retention["average"][number];

const shownOffsets = { day: [1, 7, 30], week: [1, 2, 4], month: [1, 3, 6] };

/** How many came for the first time, and how many of them are there after a while. */
export function Averages({ retention, before }: { retention: Retention; before: Retention | undefined }) {
  const { granularity, average } = retention;
  return (
    <StatRow>
      {/* Not compared: cohorts are whole intervals, of which two periods may touch more or fewer. */}
      <StatCard label="New users" kind="count" value={newUsersOf(retention)} />
      {shownOffsets[granularity].map((offset) => {
        const now = knownAt(average, offset);
        return (
          <StatCard
            key={offset}
            label={`After ${offset} ${granularity}${offset === 1 ? "" : "s"}`}
            kind="percent"
            value={now?.rate ?? null}
            {...(before === undefined || now === undefined
              ? {}
              : { before: knownAt(before.average, offset)?.rate ?? null })}
            rise="good"
            note={
              now === undefined
                ? `the period is too short to tell`
                : `${now.actors.toLocaleString("en")} of ${now.size.toLocaleString("en")}`
            }
          />
        );
      })}
    </StatRow>
  );
}

function newUsersOf({ cohorts }: Retention): number {
  return cohorts.reduce((sum, { size }) => sum + size, 0);
}

/** Undefined where no cohort is old enough, or none of them has anybody. */
function knownAt(average: readonly Average[], wanted: number): Average | undefined {
  return average.find(({ offset, size }) => offset === wanted && size > 0);
}
