import { type ReactNode, useId } from "react";
import { classNames } from "./class-names";

export type CardProps = {
  title?: string;
  /** What is seen, in a line: units, what counts. */
  hint?: ReactNode;
  actions?: ReactNode;
  className?: string;
  /** Without room inside, for tables that reach the edge. */
  flush?: boolean;
  children: ReactNode;
};

export function Card({ title, hint, actions, className, flush = false, children }: CardProps) {
  const id = useId();
  return (
    <section
      aria-labelledby={title === undefined ? undefined : id}
      className={classNames("flex min-w-0 flex-col rounded-lg border border-line bg-surface shadow-card", className)}
    >
      {title !== undefined && (
        <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-3.5 pb-3">
          <div className="min-w-0">
            <h2 id={id} className="text-sm font-semibold">
              {title}
            </h2>
            {hint !== undefined && <p className="mt-0.5 text-xs text-muted">{hint}</p>}
          </div>
          {actions !== undefined && <div className="flex items-center gap-1.5">{actions}</div>}
        </header>
      )}
      <div className={classNames("min-w-0 grow", !flush && "px-4 pb-4", !flush && title === undefined && "pt-4")}>
        {children}
      </div>
    </section>
  );
}
