import type { ReactNode } from "react";
import type { Kind } from "../format/quantity";
import { Quantity } from "./quantity";

export type BarItem = {
  key: string;
  label: ReactNode;
  value: number;
  /** Of all, in percent: the length of its bar. */
  share: number;
};

/** What there is most of, each with a bar behind it. */
export function BarList({ items, kind }: { items: readonly BarItem[]; kind: Kind }) {
  return (
    <ol className="flex flex-col gap-0.5">
      {items.map(({ key, label, value, share }) => (
        <li key={key} className="relative flex h-8 items-center justify-between gap-3 rounded px-2">
          <span
            aria-hidden="true"
            className="absolute inset-y-0.5 left-0 rounded bg-accent-soft"
            style={{ width: `${Math.min(share, 100)}%` }}
          />
          <span className="relative min-w-0 truncate">{label}</span>
          <span className="relative flex items-baseline gap-2">
            <span className="text-xs text-muted">
              <Quantity kind="percent" value={share} />
            </span>
            <span className="min-w-10 text-right font-medium">
              <Quantity kind={kind} value={value} />
            </span>
          </span>
        </li>
      ))}
    </ol>
  );
}
