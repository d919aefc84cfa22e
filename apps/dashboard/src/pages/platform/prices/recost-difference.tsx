import type { RecostReply } from "@mobigen/analytics-contract";
import type { ReactNode } from "react";
import type { Kind } from "../../../format/quantity";
import { DataTable } from "../../../ui/data-table";
import { Quantity } from "../../../ui/quantity";
import { PartialNote } from "../../../ui/states";

/** What would change, in all and by model and day. `action` is offered where something would. */
export function RecostDifference({ result, action }: { result: RecostReply; action: ReactNode }) {
  const { scanned, records, newlyPriced, archived, before, after, difference, byModelAndDay, truncated } = result;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end justify-between gap-4">
        <dl aria-live="polite" className="flex flex-wrap gap-x-8 gap-y-3">
          <Sum label="Calls looked at" kind="count" value={scanned} />
          <Sum label="Calls that change" kind="count" value={records} />
          {newlyPriced > 0 && <Sum label="Priced for the first time" kind="count" value={newlyPriced} />}
          <Sum label="Cost now" kind="money" value={before} />
          <Sum label="Cost then" kind="money" value={after} />
          <Sum label="Difference" kind="money" value={difference} />
        </dl>
        {records > 0 && action}
      </div>
      {records === 0 && <p className="text-muted">Nothing would change: these calls are charged as prices are now.</p>}
      {archived > 0 && <PartialNote>{archived} calls of these days are archived and keep their cost.</PartialNote>}
      {truncated && <PartialNote>There are more models and days than the table shows; the sums have all.</PartialNote>}
      {byModelAndDay.length > 0 && (
        <div className="-mx-4 -mb-4">
          <DataTable
            name="Difference by model and day"
            prefix="diff-"
            rows={byModelAndDay}
            keyOf={({ model, date }) => `${date} ${model}`}
            sort="-date"
            columns={[
              { id: "date", label: "Day (UTC)", value: ({ date }) => date },
              { id: "model", label: "Model", value: ({ model }) => model },
              { id: "records", label: "Calls", kind: "count", value: ({ records: calls }) => calls, wide: true },
              { id: "before", label: "Now", kind: "money", value: (day) => day.before, wide: true },
              { id: "after", label: "Then", kind: "money", value: (day) => day.after, wide: true },
              { id: "difference", label: "Difference", kind: "money", value: (day) => day.difference },
            ]}
          />
        </div>
      )}
    </div>
  );
}

function Sum({ label, kind, value }: { label: string; kind: Kind; value: number }) {
  return (
    <div>
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="text-lg font-semibold tracking-tight">
        <Quantity kind={kind} value={value} />
      </dd>
    </div>
  );
}
