import type { TimelineEvent } from "@mobigen/analytics-contract";
import type { ReactNode } from "react";
import { usePageWindow } from "../../../app/use-window";
import { write } from "../../../format/quantity";
import { writeClock, writeDay, writeExactly } from "../../../format/time";
import { Badge } from "../../../ui/badge";
import { EventProperties } from "./event-properties";

// A pause that long is worth a word; a shorter one is how people use an app.
const pauseMs = 60_000;

export type TimelineProps = {
  events: readonly TimelineEvent[];
  /** Tells long pauses: of events that are in the order of their times. */
  showsPauses?: boolean;
  /** What stands at the end of an event's line; `above` is the event over it. */
  aside?: (event: TimelineEvent, above: TimelineEvent | undefined) => ReactNode;
};

/** Events one below the other, by day, each with what it carries. */
export function Timeline({ events, showsPauses = false, aside }: TimelineProps) {
  const { tz } = usePageWindow();
  return (
    <div className="flex flex-col gap-4">
      {byDay(events, tz).map(({ day, events: ofDay }) => (
        <section key={ofDay.at(-1)?.eventId}>
          <h3 className="mb-1 text-xs font-semibold text-muted">{day}</h3>
          <ol className="flex flex-col">
            {ofDay.map((event, place) => (
              <TimelineRow
                key={event.eventId}
                event={event}
                pause={showsPauses ? pauseBefore(event, ofDay[place - 1]) : null}
                aside={aside?.(event, ofDay[place - 1])}
              />
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

type TimelineRowProps = { event: TimelineEvent; pause: number | null; aside: ReactNode };

/** One event: when, what, and what it carries. */
function TimelineRow({ event, pause, aside }: TimelineRowProps) {
  const { tz } = usePageWindow();
  const { timestamp, type, name, isBot, properties } = event;
  return (
    <li className="flex gap-3 border-t border-line py-1.5 first:border-t-0">
      <time
        dateTime={timestamp}
        title={writeExactly(timestamp, tz)}
        className="w-16 shrink-0 pt-px text-xs leading-5 text-muted tabular-nums"
      >
        {writeClock(timestamp, tz)}
      </time>
      <div className="min-w-0 grow">
        <div className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5">
          <span className="font-medium break-words">{name ?? type}</span>
          {name !== null && <Badge>{type}</Badge>}
          {isBot && <Badge look="warn">bot</Badge>}
          {pause !== null && <span className="text-xs text-muted">{write("duration", pause).short} later</span>}
          {aside !== undefined && (
            <span className="ml-auto flex min-w-0 text-xs text-muted max-sm:max-w-28">{aside}</span>
          )}
        </div>
        <EventProperties properties={properties} name={name ?? type} />
      </div>
    </li>
  );
}

/** Milliseconds since the event before, where that is long ago. */
function pauseBefore(event: TimelineEvent, before: TimelineEvent | undefined): number | null {
  if (before === undefined) return null;
  const pause = Date.parse(event.timestamp) - Date.parse(before.timestamp);
  return pause >= pauseMs ? pause : null;
}

type Day = { day: string; events: TimelineEvent[] };

/** In the order that they are in: what came late begins a day anew instead of sinking into one above. */
function byDay(events: readonly TimelineEvent[], tz: string): Day[] {
  const days: Day[] = [];
  for (const event of events) {
    const day = writeDay(event.timestamp, tz);
    const last = days.at(-1);
    if (last?.day === day) last.events.push(event);
    else days.push({ day, events: [event] });
  }
  return days;
}
