import { CircleAlert, CloudOff, Inbox, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { ApiProblem, Unreachable } from "../api/problem";
import { Button } from "./button";

/** There is nothing, and that is no fault: what would stand here, and how it comes about. */
export function EmptyState({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-1.5 px-6 py-10 text-center">
      <Inbox aria-hidden="true" className="mb-1 size-6 text-muted" />
      <p className="font-medium">{title}</p>
      {children !== undefined && <div className="max-w-prose text-muted">{children}</div>}
    </div>
  );
}

/** It could not be told: why, and what to do. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const Icon = error instanceof Unreachable ? CloudOff : CircleAlert;
  return (
    <div role="alert" className="flex flex-col items-center gap-1.5 px-6 py-10 text-center">
      <Icon aria-hidden="true" className="mb-1 size-6 text-bad" />
      <p className="font-medium">{titleOf(error)}</p>
      <p className="max-w-prose text-muted">{explain(error)}</p>
      {onRetry !== undefined && (
        <Button onClick={onRetry} className="mt-2">
          Try again
        </Button>
      )}
    </div>
  );
}

/** Something of what is shown is missing or out of date. */
export function PartialNote({ children }: { children: ReactNode }) {
  return (
    <p role="status" className="flex items-start gap-2 rounded-md bg-warn-soft px-3 py-2 text-xs text-warn">
      <TriangleAlert aria-hidden="true" className="mt-px size-3.5 shrink-0" />
      <span className="min-w-0">{children}</span>
    </p>
  );
}

export function titleOf(error: unknown): string {
  if (error instanceof Unreachable) return "The service can't be reached";
  if (error instanceof ApiProblem && error.code === "forbidden") return "This needs more rights";
  if (error instanceof ApiProblem && error.code === "not_found") return "There is no such thing";
  return "This could not be loaded";
}

export function explain(error: unknown): string {
  if (error instanceof Unreachable) return "It may be restarting, or the network is down. Nothing is lost.";
  if (error instanceof ApiProblem) {
    return error.status >= 500 ? `${error.message} (request ${error.requestId})` : error.message;
  }
  return "Something went wrong in this page. Reloading it may help.";
}
