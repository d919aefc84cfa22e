import { classNames } from "./class-names";

/** Where something will stand, while it is asked for. */
export function Skeleton({ className = "h-4 w-full" }: { className?: string }) {
  return (
    <span aria-hidden="true" className={classNames("block motion-safe:animate-pulse rounded bg-sunken", className)} />
  );
}

export function SkeletonLines({ lines = 6 }: { lines?: number }) {
  return (
    <div className="flex flex-col gap-3 py-1">
      {Array.from({ length: lines }, (_, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike and never move
        <Skeleton key={n} className={n % 3 === 2 ? "h-4 w-3/4" : "h-4 w-full"} />
      ))}
    </div>
  );
}

export function SkeletonChart({ height = 240 }: { height?: number }) {
  return (
    <div style={{ height }} className="flex items-end">
      <Skeleton className="h-3/4 w-full" />
    </div>
  );
}
