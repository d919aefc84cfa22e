import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { SkeletonLines } from "../ui/skeleton";
import { EmptyState, ErrorState } from "../ui/states";

/** While a page's code comes. */
export function PagePending() {
  return (
    <div aria-busy="true" className="mx-auto max-w-2xl p-6">
      <SkeletonLines />
    </div>
  );
}

export function PageFailure({ error }: ErrorComponentProps) {
  const router = useRouter();
  return <ErrorState error={error} onRetry={() => void router.invalidate()} />;
}

export function NotFound() {
  return (
    <EmptyState title="There is no such page">
      <Link to="/" className="text-accent underline">
        To the start
      </Link>
    </EmptyState>
  );
}
