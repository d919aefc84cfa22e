import type { SessionFigures } from "../stores/insight-store.js";
import { percentOf, roundTo } from "./question.js";

// Averages over no sessions are null: 0 would be a number that nobody measured.

/** Mean length of a session in seconds, to one decimal. */
export function averageSeconds({ sessions, seconds }: SessionFigures): number | null {
  return sessions === 0 ? null : roundTo(seconds / sessions, 1);
}

/** Mean screen views of a session, to two decimals. */
export function screensPerSession({ sessions, screens }: SessionFigures): number | null {
  return sessions === 0 ? null : roundTo(screens / sessions, 2);
}

/** Percent of the sessions that were none to speak of. */
export function bounceRate({ sessions, bounces }: SessionFigures): number | null {
  return sessions === 0 ? null : percentOf(bounces, sessions);
}
