import type { ReactNode } from "react";
import type { Kind } from "../format/quantity";
import { changeOf } from "../format/trend";
import { Quantity } from "./quantity";
import { Skeleton } from "./skeleton";
import { type Rise, Trend } from "./trend";

export type StatCardProps = {
  label: string;
  kind: Kind;
  /** Undefined: it is still asked for. */
  value: number | null | undefined;
  /** Of the period before; undefined where it is not compared, or not known yet. */
  before?: number | null | undefined;
  rise?: Rise;
  note?: ReactNode;
  chart?: ReactNode;
};

/** One number that matters, with its change against the period before. */
export function StatCard({ label, kind, value, before, rise, note, chart }: StatCardProps) {
  return (
    <div className="flex min-w-0 flex-col gap-1 rounded-lg border border-line bg-surface px-4 py-3.5 shadow-card">
      <dt className="truncate text-xs font-medium text-muted">{label}</dt>
      <dd className="flex min-w-0 flex-wrap items-baseline gap-x-2 gap-y-0.5">
        <span className="text-2xl font-semibold tracking-tight">
          {value === undefined ? <Skeleton className="h-7 w-20" /> : <Quantity kind={kind} value={value} />}
        </span>
        {before !== undefined && <Trend change={changeOf(value, before)} {...(rise === undefined ? {} : { rise })} />}
      </dd>
      {note !== undefined && <dd className="text-xs text-muted">{note}</dd>}
      {chart !== undefined && <dd className="mt-1">{chart}</dd>}
    </div>
  );
}

/** Stat cards in a row, as many as fit. */
export function StatRow({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">{children}</dl>;
}
