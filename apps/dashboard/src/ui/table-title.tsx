import type { ReactNode } from "react";

/** Names a card that is all table, in the line of the table's own tools. */
export function TableTitle({ hint, children }: { hint?: ReactNode; children: ReactNode }) {
  return (
    <div className="min-w-0 basis-3/4">
      <h2 className="text-sm font-semibold">{children}</h2>
      {hint !== undefined && <p className="mt-0.5 text-xs text-muted">{hint}</p>}
    </div>
  );
}
