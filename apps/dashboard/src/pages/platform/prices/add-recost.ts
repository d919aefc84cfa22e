import type { RecostReply } from "@mobigen/analytics-contract";

type Change = Pick<RecostReply, "records" | "before" | "after" | "difference">;

/** Two steps of one recost as one: a day may be in both. */
export function addRecost(sum: RecostReply, next: RecostReply): RecostReply {
  const days = new Map(sum.byModelAndDay.map((day) => [`${day.date} ${day.model}`, day]));
  for (const day of next.byModelAndDay) {
    const key = `${day.date} ${day.model}`;
    const known = days.get(key);
    days.set(key, known === undefined ? day : { ...day, ...addChange(known, day) });
  }
  return {
    ...next,
    ...addChange(sum, next),
    scanned: sum.scanned + next.scanned,
    newlyPriced: sum.newlyPriced + next.newlyPriced,
    archived: sum.archived + next.archived,
    truncated: sum.truncated || next.truncated,
    byModelAndDay: [...days.values()],
  };
}

function addChange(a: Change, b: Change): Change {
  return {
    records: a.records + b.records,
    before: a.before + b.before,
    after: a.after + b.after,
    difference: a.difference + b.difference,
  };
}
