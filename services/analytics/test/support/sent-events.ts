import fc from "fast-check";
import { idKey } from "../../src/ingestion/ids.js";
import type { EventActor } from "../../src/stores/event-store.js";
import { appEvent } from "./app-events.js";

export const start = Date.parse("2026-01-03T23:30:00Z");
const minuteMs = 60_000;
// The same id once as a user's and once as an install's: one actor, of which one event knows that it is a user.
const actors: (EventActor | null)[] = [
  null,
  ...["ada", "0189a3e8-1f04-7000-8000-000000000001"].flatMap((text): EventActor[] => [
    { id: idKey(text).uuid, kind: "user", text },
    { id: idKey(text).uuid, kind: "anonymous", text },
  ]),
  { id: idKey("phone").uuid, kind: "anonymous", text: "phone" },
];

// Few minutes, so that many events are of one moment; midnight lies among them, and with it the end of the one partition.
/** An event of one of two projects, and of few actors and sessions. */
export const sentEvent = fc
  .record({
    project: fc.nat(1),
    id: fc.nat(30),
    minute: fc.constantFrom(0, 1, 14, 15, 29, 30, 31, 45),
    session: fc.nat(2),
    actor: fc.constantFrom(...actors),
    type: fc.constantFrom("screen_view", "tap"),
    model: fc.constantFrom("", "Pixel", "iPhone"),
    skewMinutes: fc.option(fc.constantFrom(-45, -15, 1, 15), { nil: null, freq: 2 }),
    // A device stuck in 1970, and one years ahead.
    clock: fc.option(fc.constantFrom(Date.UTC(1970, 0, 1), Date.UTC(2031, 4, 1)), { nil: null, freq: 4 }),
  })
  .map(({ project, id, minute, session, actor, type, model, skewMinutes, clock }) => {
    const at = start + minute * minuteMs;
    const event = appEvent({
      eventId: `event-${id}`,
      at: clock === null ? at : clock + minute * minuteMs,
      correctedAt: clock !== null ? at : skewMinutes === null ? null : at + skewMinutes * minuteMs,
      sessionId: `session-${session}`,
      type,
      receivedAt: start + 3_600_000 + (id % 3) * 15 * minuteMs,
    });
    return { project, event: { ...event, actor, device: { ...event.device, model } } };
  });

export type Sent = typeof sentEvent extends fc.Arbitrary<infer Value> ? Value : never;

export function identityOf({ project, event }: Sent): string {
  return `${project}/${event.occurredAt}/${event.eventId}`;
}
