import type { ReactNode } from "react";
import { usePageWindow } from "../app/use-window";
import { writeMoment } from "../format/time";
import { SkeletonLines } from "./skeleton";
import { ErrorState, PartialNote, titleOf } from "./states";

/** What of an answer decides how it is shown; the queries of TanStack have all of it. */
type Answer<Data> = {
  data: Data | undefined;
  isError: boolean;
  error: unknown;
  dataUpdatedAt: number;
  refetch: () => unknown;
};

export type LoadedProps<Data> = {
  query: Answer<Data>;
  /** What stands there while it is asked for the first time. */
  skeleton?: ReactNode;
  /** Given where the answer may be that there is nothing. */
  empty?: { when: (data: Data) => boolean; show: ReactNode };
  children: (data: Data) => ReactNode;
};

/** An answer in all its states: asked for, failed, empty, there, and there but out of date. */
export function Loaded<Data>({ query, skeleton = <SkeletonLines />, empty, children }: LoadedProps<Data>) {
  const { tz } = usePageWindow();
  if (query.data === undefined) {
    if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
    return <div aria-busy="true">{skeleton}</div>;
  }
  return (
    <>
      {query.isError && (
        <div className="px-4 pb-3">
          <PartialNote>
            {titleOf(query.error)}; this is what it was at{" "}
            {writeMoment(new Date(query.dataUpdatedAt).toISOString(), tz)}.
          </PartialNote>
        </div>
      )}
      {empty?.when(query.data) === true ? empty.show : children(query.data)}
    </>
  );
}
