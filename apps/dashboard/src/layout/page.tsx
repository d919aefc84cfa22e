import { type ReactNode, useEffect } from "react";
import { WindowPicker } from "./window-picker";

export type PageProps = {
  title: string;
  hint?: ReactNode;
  /** False on pages without a period: prices, jobs, keys. The time zone is there all the same. */
  hasPeriod?: boolean;
  actions?: ReactNode;
  children: ReactNode;
};

/** A page's head and what stands below it. */
export function Page({ title, hint, hasPeriod = true, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Mobigen Analytics`;
  }, [title]);
  return (
    <div className="flex flex-col gap-4">
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-xl font-semibold tracking-tight break-words">{title}</h1>
          {hint !== undefined && <p className="mt-0.5 text-muted">{hint}</p>}
        </div>
        <div className="flex flex-wrap items-center gap-2">
          {actions}
          <WindowPicker hasPeriod={hasPeriod} />
        </div>
      </header>
      {children}
    </div>
  );
}
