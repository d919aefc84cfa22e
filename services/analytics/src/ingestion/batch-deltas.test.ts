import { describe, expect, it } from "vitest";
import { appEvent } from "../../test/support/app-events.js";
import type { EventRow } from "../stores/event-store.js";
import { batchDeltas } from "./batch-deltas.js";

type Fields = Partial<Omit<EventRow, "event">> & Parameters<typeof appEvent>[0];

function row({ projectKey = 1, nameKey = 1, deviceKey = 1, ...event }: Fields): EventRow {
  return { projectKey, nameKey, deviceKey, event: appEvent(event) };
}

const at = (time: string): number => Date.parse(`2026-01-03T${time}Z`);

describe("batchDeltas", () => {
  it("changes nothing for no rows", () => {
    expect(Object.values(batchDeltas([], []))).toEqual(Array(6).fill([]));
  });

  it("counts names and projects by the quarter of an hour, in the order of their keys", () => {
    const deltas = batchDeltas(
      [
        row({ projectKey: 2, nameKey: 7, eventId: "a", at: at("12:00:00") }),
        row({ projectKey: 1, nameKey: 9, eventId: "b", at: at("12:15:00") }),
        row({ projectKey: 1, nameKey: 7, eventId: "c", at: at("12:15:00") }),
        row({ projectKey: 1, nameKey: 9, eventId: "d", at: at("12:14:59.999") }),
        row({ projectKey: 1, nameKey: 9, eventId: "e", at: at("12:29:59.999") }),
      ],
      [],
    );
    expect(deltas.projectRollups).toEqual([
      { projectKey: 1, bucket: at("12:00:00"), events: 1, nameKeys: [9], nameEvents: [1] },
      { projectKey: 1, bucket: at("12:15:00"), events: 3, nameKeys: [7, 9], nameEvents: [1, 2] },
      { projectKey: 2, bucket: at("12:00:00"), events: 1, nameKeys: [7], nameEvents: [1] },
    ]);
  });

  it("sums up a session whatever the order of its events", () => {
    const rows = [
      row({ eventId: "a", at: at("12:03:00"), deviceKey: 3, actor: "install" }),
      row({ eventId: "b", at: at("12:01:00"), deviceKey: 5, type: "tap" }),
      row({ eventId: "c", at: at("12:01:00"), deviceKey: 4 }),
      row({ eventId: "d", at: at("12:02:00"), deviceKey: 1, actor: "user" }),
    ];
    const { sessions } = batchDeltas(rows, []);
    expect(sessions).toMatchObject([
      {
        startedAt: at("12:01:00"),
        lastEventAt: at("12:03:00"),
        deviceKey: 4,
        events: 4,
        screens: 3,
        sessionIdText: "session",
      },
    ]);
    expect(sessions[0]).toMatchObject({ actorId: rows[0]?.event.actor?.id, actorAt: at("12:03:00") });
    expect(batchDeltas(rows.toReversed(), []).sessions).toEqual(sessions);
  });

  it("gives a session the actor of its latest event that has one, the smallest at one moment, in any order", () => {
    const rows = [
      row({ eventId: "a", at: at("12:05:00") }),
      row({ eventId: "b", at: at("12:04:00"), actor: "zoe" }),
      row({ eventId: "c", at: at("12:04:00"), actor: "ada" }),
      row({ eventId: "d", at: at("12:03:00"), actor: "ben" }),
    ];
    const latest = rows.slice(1, 3).map(({ event }) => event.actor?.id ?? "");
    for (const order of [rows, rows.toReversed(), [...rows.slice(2), ...rows.slice(0, 2)]]) {
      const { sessions } = batchDeltas(order, []);
      expect(sessions).toMatchObject([{ actorId: latest.sort()[0], actorAt: at("12:04:00") }]);
    }
    expect(batchDeltas(rows.slice(0, 1), []).sessions).toMatchObject([{ actorId: null, actorAt: null }]);
  });

  it("keeps sessions of the same id in two projects apart", () => {
    const { sessions } = batchDeltas(
      [
        row({ projectKey: 2, eventId: "a", at: at("12:00:00") }),
        row({ projectKey: 1, eventId: "a", at: at("12:00:00") }),
      ],
      [],
    );
    expect(sessions.map((session) => session.projectKey)).toEqual([1, 2]);
  });

  it("marks each quarter of an hour in which an actor did something", () => {
    const { actors, actorDays } = batchDeltas(
      [
        row({ eventId: "a", at: "2026-01-03T00:00:00Z", actor: "ada" }),
        row({ eventId: "b", at: "2026-01-03T23:59:59.999Z", actor: "ada" }),
        row({ eventId: "c", at: "2026-01-02T00:15:00Z", actor: "ada" }),
        row({ eventId: "d", at: "2026-01-02T00:16:00Z" }),
      ],
      [],
    );
    expect(actors).toMatchObject([
      { idText: "ada", kind: "anonymous", firstSeenAt: Date.parse("2026-01-02T00:15:00Z") },
    ]);
    expect(actorDays.map(({ day, buckets }) => [day, buckets])).toEqual([
      ["2026-01-02", `01${"0".repeat(94)}`],
      ["2026-01-03", `1${"0".repeat(94)}1`],
    ]);
  });

  it("counts by the corrected time where the clock was off", () => {
    const deltas = batchDeltas(
      [
        row({
          eventId: "a",
          at: "2026-01-03T12:00:00Z",
          correctedAt: Date.parse("2026-01-02T11:00:00Z"),
          actor: "ada",
        }),
      ],
      [],
    );
    expect(deltas.projectRollups[0]?.bucket).toBe(Date.parse("2026-01-02T11:00:00Z"));
    expect(deltas.sessions[0]?.startedAt).toBe(Date.parse("2026-01-02T11:00:00Z"));
    expect(deltas.actorDays[0]?.day).toBe("2026-01-02");
  });
});
