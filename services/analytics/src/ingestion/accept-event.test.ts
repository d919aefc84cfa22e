import { appEventSchema, deviceSchema, type RejectReason, rejectReasons } from "@mobigen/analytics-contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AppEvent } from "../stores/event-store.js";
import { type AcceptContext, acceptEvent, type RejectedEvent } from "./accept-event.js";

const receivedAt = Date.parse("2026-01-03T12:00:10Z");
const dayMs = 24 * 3_600_000;
const context: AcceptContext = {
  projectId: "project-abc",
  receivedAt,
  window: { pastMs: 30 * dayMs, aheadMs: dayMs },
  clockOffsetMs: 0,
  isBot: false,
};

/** The brief's own example. */
const sent = {
  eventId: "event-1",
  type: "screen_view",
  sessionId: "session-xyz",
  projectId: "project-abc",
  timestamp: "2026-01-03T12:00:00Z",
  properties: { screenName: "Home" },
  device: { platform: "ios", osVersion: "17.2", appVersion: "1.0.0" },
};

describe("acceptEvent", () => {
  it("reads every field of an event", () => {
    const event = accepted({ ...sent, userId: "user-1", app: { build: "42" } });
    expect(event).toMatchObject({
      occurredAt: Date.parse("2026-01-03T12:00:00Z"),
      receivedAt,
      correctedAt: null,
      eventIdText: "event-1",
      sessionIdText: "session-xyz",
      actor: { kind: "user", text: "user-1" },
      type: "screen_view",
      name: "Home",
      device: { platform: "ios", osVersion: "17.2", appVersion: "1.0.0", appBuild: "42", model: "", locale: "" },
      isBot: false,
      properties: '{"screenName":"Home"}',
    });
  });

  it("needs an id, a type and a session, and nothing else", () => {
    const event = accepted({ eventId: "e", type: "app_open", sessionId: "s" });
    expect(event).toMatchObject({ occurredAt: receivedAt, actor: null, name: "", properties: null });
  });

  it("takes null for any optional field that is absent, and for no other", () => {
    const required = { eventId: "e", type: "screen_view", sessionId: "s" };
    const optional = ["projectId", "timestamp", "name", "userId", "anonymousId", "properties", "device", "app"];
    const nulls = Object.fromEntries(optional.map((field) => [field, null]));
    expect(accepted({ ...required, ...nulls })).toEqual(accepted(required));
    const device = Object.fromEntries(Object.keys(deviceSchema.shape).map((field) => [field, null]));
    expect(accepted({ ...required, device, app: { build: null } })).toEqual(accepted(required));
    expect(accepted({ ...required, userId: null, anonymousId: "a" }).actor).toMatchObject({ kind: "anonymous" });
    // Inside properties null is a value like any other.
    expect(accepted({ ...required, properties: { screenName: null } })).toMatchObject({
      name: "",
      properties: '{"screenName":null}',
    });
  });

  const long = "x".repeat(201);
  const nested = { a: { a: { a: { a: { a: { a: { a: { a: 1 } } } } } } } };
  const refusals: [RejectReason, string, unknown][] = [
    ["not_an_object", "", null],
    ["not_an_object", "", "event"],
    ["not_an_object", "", [sent]],
    ["unknown_field", "/colour", { ...sent, colour: "red" }],
    ["unknown_field", "/__proto__", JSON.parse('{"eventId":"e","type":"t","sessionId":"s","__proto__":{}}')],
    ["unknown_field", "/?", { ...sent, "\u0000": 1 }],
    ["invalid_event_id", "/eventId", { ...sent, eventId: undefined }],
    ["invalid_event_id", "/eventId", { ...sent, eventId: null }],
    ["invalid_event_id", "/eventId", { ...sent, eventId: "" }],
    ["invalid_event_id", "/eventId", { ...sent, eventId: 7 }],
    ["invalid_event_id", "/eventId", { ...sent, eventId: long }],
    ["invalid_event_id", "/eventId", { ...sent, eventId: "a\u0000b" }],
    ["invalid_event_id", "/eventId", { ...sent, eventId: "\ud800" }],
    ["project_mismatch", "/projectId", { ...sent, projectId: "project-other" }],
    ["invalid_type", "/type", { ...sent, type: "" }],
    ["invalid_type", "/type", { ...sent, type: null }],
    ["invalid_type", "/type", { ...sent, type: {} }],
    ["invalid_session_id", "/sessionId", { ...sent, sessionId: long }],
    ["invalid_session_id", "/sessionId", { ...sent, sessionId: null }],
    ["invalid_actor", "/userId", { ...sent, userId: 5 }],
    ["invalid_actor", "/anonymousId", { ...sent, userId: "u", anonymousId: "\n" }],
    ["invalid_timestamp", "/timestamp", { ...sent, timestamp: "yesterday" }],
    ["invalid_timestamp", "/timestamp", { ...sent, timestamp: receivedAt }],
    ["invalid_timestamp", "/timestamp", { ...sent, timestamp: "2026-01-03T12:00:00" }],
    ["too_old", "/timestamp", { ...sent, timestamp: "1970-01-01T00:00:00Z" }],
    ["too_old", "/timestamp", { ...sent, timestamp: new Date(receivedAt - 30 * dayMs - 1).toISOString() }],
    ["too_far_ahead", "/timestamp", { ...sent, timestamp: "2100-01-01T00:00:00Z" }],
    ["too_far_ahead", "/timestamp", { ...sent, timestamp: new Date(receivedAt + dayMs + 1).toISOString() }],
    ["invalid_device", "/device", { ...sent, device: "iPhone" }],
    ["invalid_device", "/device", { ...sent, device: { colour: "red" } }],
    ["invalid_device", "/device/platform", { ...sent, device: { platform: 1 } }],
    ["invalid_device", "/device/model", { ...sent, device: { model: "x".repeat(101) } }],
    ["invalid_device", "/device/model", { ...sent, device: { model: "a\u0000" } }],
    ["invalid_device", "/app/build", { ...sent, app: { build: 42 } }],
    ["invalid_device", "/app", { ...sent, app: "42" }],
    ["invalid_properties", "/properties", { ...sent, properties: [] }],
    ["invalid_properties", "/properties/a/0", { ...sent, properties: { a: ["\u0000"] } }],
    ["invalid_properties", "/properties/a", { ...sent, properties: { a: 2 ** 53 } }],
    ["invalid_properties", "/properties", { ...sent, properties: JSON.parse('{"__proto__":1}') }],
    ["properties_too_large", "/properties", { ...sent, properties: { a: "x".repeat(32_768) } }],
    ["properties_too_deep", "/properties/a/a/a/a/a/a/a/a", { ...sent, properties: { a: nested } }],
    ["invalid_name", "/name", { ...sent, name: "" }],
    ["invalid_name", "/name", { ...sent, name: 1 }],
    ["invalid_name", "/properties/screenName", { ...sent, properties: { screenName: long } }],
  ];

  it.each(refusals)("refuses with %s at %s: %j", (reason, pointer, input) => {
    expect(rejected(input)).toMatchObject({ reason, pointer });
  });

  it("has a test for every reason", () => {
    expect(new Set(refusals.map(([reason]) => reason))).toEqual(new Set(Object.keys(rejectReasons)));
  });

  it("names an unknown field, and shows no more than its start", () => {
    expect(rejected({ ...sent, colour: "red" }).message).toBe('the field "colour" is not known');
    expect(rejected({ ...sent, ["c".repeat(500)]: 1 }).message.length).toBeLessThan(100);
  });

  it("tells the event id of a rejected event where it has a valid one", () => {
    expect(rejected({ ...sent, type: 1 }).eventId).toBe("event-1");
    expect(rejected({ ...sent, eventId: long }).eventId).toBeNull();
    expect(rejected(null).eventId).toBeNull();
  });

  it("takes events at both ends of the window", () => {
    for (const at of [receivedAt - 30 * dayMs, receivedAt + dayMs]) {
      expect(accepted({ ...sent, timestamp: new Date(at).toISOString() }).occurredAt).toBe(at);
    }
  });

  it("takes the time of a version 7 event id where there is no timestamp", () => {
    const { timestamp: _, ...timeless } = sent;
    const at = receivedAt - 5_000;
    const eventId = `${at
      .toString(16)
      .padStart(12, "0")
      .replace(/^(.{8})/, "$1-")}-7cc3-98c4-dc0c0c07398f`;
    expect(accepted({ ...timeless, eventId }).occurredAt).toBe(at);
    expect(rejected({ ...timeless, eventId: "017f22e2-79b0-7cc3-98c4-dc0c0c07398f" }).reason).toBe("too_old");
  });

  it("corrects the time of a device whose clock is off, and leaves the time it sent alone", () => {
    const event = accepted(sent, { ...context, clockOffsetMs: -3_600_000 });
    expect(event.occurredAt).toBe(Date.parse("2026-01-03T12:00:00Z"));
    expect(event.correctedAt).toBe(Date.parse("2026-01-03T11:00:00Z"));
  });

  it("holds the corrected time against the window, and the device's own against 1970 and 2100", () => {
    const clocks = { stuck: Date.UTC(1970, 0, 1), ahead: Date.UTC(2099, 11, 1) };
    const at = (clock: number, ago: number) => ({ ...sent, timestamp: new Date(clock - ago).toISOString() });
    for (const clock of Object.values(clocks)) {
      const inContext = { ...context, clockOffsetMs: receivedAt - clock };
      expect(accepted(at(clock, 0), inContext)).toMatchObject({ occurredAt: clock, correctedAt: receivedAt });
      expect(rejected(at(clock, -dayMs - 1), inContext).reason).toBe("too_far_ahead");
    }
    const ahead = { ...context, clockOffsetMs: receivedAt - clocks.ahead };
    expect(accepted(at(clocks.ahead, 30 * dayMs), ahead).correctedAt).toBe(receivedAt - 30 * dayMs);
    expect(rejected(at(clocks.ahead, 30 * dayMs + 1), ahead).reason).toBe("too_old");
    expect(rejected({ ...sent, timestamp: "2100-01-01T00:00:00Z" }, ahead)).toMatchObject({
      reason: "invalid_timestamp",
      message: expect.stringContaining("1970 and 2100"),
    });
    const stuck = { ...context, clockOffsetMs: receivedAt - clocks.stuck };
    expect(rejected({ ...sent, timestamp: "1969-12-31T23:59:59.999Z" }, stuck).reason).toBe("invalid_timestamp");
  });

  it("takes no time for right that is only near after a correction", () => {
    // By its own clock the event is fresh; by the batch's sentAt that clock is two months ahead.
    const inContext = { ...context, clockOffsetMs: -60 * dayMs };
    expect(rejected(sent, inContext).reason).toBe("too_old");
  });

  it("corrects nothing where the time is the server's own", () => {
    const { timestamp: _, ...timeless } = sent;
    expect(accepted(timeless, { ...context, clockOffsetMs: -3_600_000 }).correctedAt).toBeNull();
  });

  it.each([
    [{ type: "screen_view", properties: { screenName: "Home", eventName: "x" } }, "Home"],
    [{ type: "custom", properties: { screenName: "Home", eventName: "purchase_completed" } }, "purchase_completed"],
    [{ type: "custom", name: "own", properties: { eventName: "purchase_completed" } }, "own"],
    [{ type: "tap", properties: { screenName: "Home", eventName: "x" } }, ""],
    [{ type: "screen_view", properties: { screenName: 5 } }, ""],
    [{ type: "screen_view", properties: { screenName: "" } }, ""],
    [{ type: "constructor", properties: { screenName: "Home" } }, ""],
  ])("names %j %j", (fields, name) => {
    expect(accepted({ ...sent, ...fields }).name).toBe(name);
  });

  it("takes the user where there is a user and an install", () => {
    expect(accepted({ ...sent, userId: "u", anonymousId: "a" }).actor).toMatchObject({ kind: "user", text: "u" });
    expect(accepted({ ...sent, anonymousId: "a" }).actor).toMatchObject({ kind: "anonymous", text: "a" });
  });

  it("marks a bot and keeps its event", () => {
    expect(accepted(sent, { ...context, isBot: true }).isBot).toBe(true);
  });

  it("agrees with the contract's schema on any event", () => {
    // What the schema does not say: limits of properties, names inside them, the window, the batch's project.
    const beyondSchema = new Set<RejectReason>(["too_old", "too_far_ahead", "project_mismatch"]);
    const id = fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom("a", "event-1", "ü/\"'", "x".repeat(200)) },
      { weight: 1, arbitrary: fc.constantFrom("", "x".repeat(201), "\u0000", "\ud800", 5, null, {}) },
    );
    const deviceText = fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom("", "ios", "x".repeat(100)) },
      { weight: 1, arbitrary: fc.constantFrom("x".repeat(101), "\u0000", 1, null) },
    );
    const device = fc.record(
      { platform: deviceText, model: deviceText, timezone: deviceText, other: fc.constant(1) },
      { requiredKeys: [] },
    );
    const odd = fc.constantFrom(null, 1, "x", []);
    const event = fc.record(
      {
        eventId: id,
        type: id,
        sessionId: id,
        projectId: id,
        name: id,
        userId: id,
        anonymousId: id,
        timestamp: fc.oneof(
          fc.constantFrom("2026-01-03T12:00:00Z", "2026-01-03T12:00:00.1234+01:00"),
          odd,
          fc.string(),
        ),
        properties: fc.oneof(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.constantFrom(1, "a", null, [1])), odd),
        device: fc.oneof({ weight: 5, arbitrary: device }, { weight: 1, arbitrary: odd }),
        app: fc.oneof(fc.constant({ build: "1" }), fc.constant({}), odd),
        other: fc.constant(1),
      },
      { requiredKeys: [] },
    );
    const mostlyWhole = event.map((fields) => ({ eventId: "e", type: "t", sessionId: "s", ...fields }));
    fc.assert(
      fc.property(fc.oneof(event, mostlyWhole, fc.jsonValue()), (input) => {
        const verdict = acceptEvent(input, context);
        if (verdict.kind === "rejected" && beyondSchema.has(verdict.reason)) return;
        expect(verdict.kind === "accepted").toBe(appEventSchema.safeParse(input).success);
      }),
      { numRuns: 5_000 },
    );
  });
});

function accepted(input: unknown, inContext = context): AppEvent {
  const verdict = acceptEvent(input, inContext);
  if (verdict.kind !== "accepted") throw new Error(`${verdict.reason}: ${verdict.message}`);
  return verdict.event;
}

function rejected(input: unknown, inContext = context): RejectedEvent {
  const verdict = acceptEvent(input, inContext);
  if (verdict.kind !== "rejected") throw new Error("the event was accepted");
  return verdict;
}
