import type { FunnelEvent } from "../stores/funnel-store.js";

/** How far one actor or session got: when each step was, from the first, and the device of the first. */
export type FunnelRun = { times: readonly number[]; deviceKey: number };

export type FunnelRules = {
  steps: number;
  /** From the first step to the last, at most, the bound included. */
  windowMs: number;
  /** A first step lies before this. */
  beginBefore: number;
};

// What was done up to a step: as a list from the last step to the first, for runs share their beginnings.
type Progress = { at: number; before: Progress | null; begun: FunnelEvent; order: number };

/**
 * The run that gets furthest; of several the one that gets there first, and of those the one begun last, each of its steps as soon as
 * possible. Null for who never began. Sorts `events` in place.
 *
 * One event is one step, and a step comes behind the one before it: by time; of one millisecond, an event whose last possible step is
 * an earlier one comes first. For each step it is enough to know the run that was begun last of those that got there: it has the most
 * time left. So this is one pass, whatever the number of beginnings.
 */
export function furthestRun(events: FunnelEvent[], { steps, windowMs, beginBefore }: FunnelRules): FunnelRun | null {
  events.sort((a, b) => a.at - b.at || a.steps - b.steps || a.deviceKey - b.deviceKey);
  const reached: (Progress | undefined)[] = [];
  let furthest: Progress | null = null;
  let depth = 0;
  events.forEach((event, order) => {
    // From the last step down: what this event has just reached is not a step before itself.
    for (let step = Math.min(steps - 1, reached.length); step >= 0; step -= 1) {
      if ((event.steps & (1 << step)) === 0) continue;
      const next = step === 0 ? beginning(event, order, beginBefore) : following(reached[step - 1], event, windowMs);
      if (next === null || next.order <= (reached[step]?.order ?? -1)) continue;
      reached[step] = next;
      if (step < depth) continue;
      furthest = next;
      depth = step + 1;
    }
  });
  return furthest === null ? null : runOf(furthest);
}

function beginning(event: FunnelEvent, order: number, beginBefore: number): Progress | null {
  return event.at < beginBefore ? { at: event.at, before: null, begun: event, order } : null;
}

function following(before: Progress | undefined, { at }: FunnelEvent, windowMs: number): Progress | null {
  if (before === undefined || at - before.begun.at > windowMs) return null;
  return { at, before, begun: before.begun, order: before.order };
}

function runOf(last: Progress): FunnelRun {
  const times: number[] = [];
  for (let progress: Progress | null = last; progress !== null; progress = progress.before) times.push(progress.at);
  return { times: times.reverse(), deviceKey: last.begun.deviceKey };
}
