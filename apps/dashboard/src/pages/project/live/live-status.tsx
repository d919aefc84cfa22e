import { write } from "../../../format/quantity";
import { Button } from "../../../ui/button";
import { classNames } from "../../../ui/class-names";
import { PartialNote } from "../../../ui/states";
import type { LiveState } from "./use-live";

export type LiveStatusProps = {
  state: LiveState;
  isHeld: boolean;
  /** Came since the page was paused. */
  missed: number;
  onReconnect: () => void;
};

/** Whether what is shown is what happens now. */
export function LiveStatus({ state, isHeld, missed, onReconnect }: LiveStatusProps) {
  if (state === "waiting") {
    return (
      <div className="flex flex-wrap items-center gap-2">
        <PartialNote>There is no connection. It is tried again by itself.</PartialNote>
        <Button onClick={onReconnect}>Try now</Button>
      </div>
    );
  }
  const isLive = state === "open" && !isHeld;
  return (
    <p className="flex items-center gap-2 text-xs font-medium">
      <span
        aria-hidden="true"
        className={classNames("size-2 rounded-full", isLive ? "bg-good motion-safe:animate-pulse" : "bg-strong-line")}
      />
      {state === "connecting" ? "Connecting…" : isHeld ? "Paused" : "Live"}
      {isHeld && (
        <span className="font-normal text-muted">
          {missed === 0 ? "nothing new since" : `${write("count", missed).short} new since; go on to see them`}
        </span>
      )}
    </p>
  );
}
