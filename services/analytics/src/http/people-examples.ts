const actor = { id: "user-7", kind: "user" };
const session = {
  sessionId: "session-xyz",
  startedAt: "2026-01-15T09:12:04.007Z",
  lastEventAt: "2026-01-15T09:15:10.257Z",
  durationSeconds: 186.25,
  events: 12,
  screens: 5,
  actor,
  device: {
    platform: "ios",
    osVersion: "17.2",
    appVersion: "1.0.0",
    appBuild: "42",
    model: "iPhone15,2",
    manufacturer: "Apple",
    locale: "de-DE",
    timezone: "Europe/Berlin",
  },
};
const event = {
  eventId: "event-2",
  timestamp: "2026-01-15T09:15:10.257Z",
  receivedAt: "2026-01-15T09:15:11.003Z",
  type: "custom",
  name: "purchase_completed",
  sessionId: "session-xyz",
  actor,
  platform: "ios",
  appVersion: "1.0.0",
  country: "DE",
  isBot: false,
  properties: { eventName: "purchase_completed", orderId: "order-123", total: 99.99 },
};
const seen = { ...actor, firstSeenAt: "2026-01-03T18:40:00Z", lastSeenAt: "2026-01-15T09:15:10.257Z" };

const erasure = {
  id: "5a3c1f0e-2b7d-4c55-9a41-3e6f0c8d7b21",
  erasedAt: "2026-01-20T08:00:00Z",
  requestedBy: "token:5f0e8a53-7d0f-4cbb-9fb5-5d0f7e9a6a11 support",
  actorHash: "d2a5f3f2bb4c1d8c2b7f8ed0d1f7d4b5c9c6a1e1f0b3a4958677c8d9eafb0c1d",
  events: 311,
  sessions: 17,
  sharedSessions: 1,
  activeDays: 9,
  firstSeenAt: "2026-01-03T18:40:00Z",
  lastSeenAt: "2026-01-15T09:15:10.257Z",
  archivedDays: [{ day: "2026-01-03", location: "app-events/2026/01/03/0001.parquet" }],
};

/** Answers about the people who use an app. */
export const peopleReplies = {
  Sessions: {
    projectId: "project-abc",
    period: "7d",
    timezone: "Europe/Berlin",
    from: "2026-01-08T23:00:00Z",
    to: "2026-01-15T09:45:00Z",
    items: [session],
    nextCursor: null,
  },
  SessionTimeline: { session, items: [event], nextCursor: null },
  ActorPage: { items: [seen], nextCursor: null },
  ActorTimeline: {
    actor: { ...seen, activeDays: 3, days: ["2026-01-15", "2026-01-14", "2026-01-03"], device: session.device },
    items: [event],
    nextCursor: null,
  },
  ActorExport: {
    actor: { ...seen, days: ["2026-01-03", "2026-01-14", "2026-01-15"] },
    sessions: [session],
    events: [
      {
        timestamp: event.timestamp,
        sentTimestamp: event.timestamp,
        receivedAt: event.receivedAt,
        eventId: event.eventId,
        type: event.type,
        name: event.name,
        sessionId: event.sessionId,
        userId: "user-7",
        anonymousId: null,
        ...{ platform: "ios", osVersion: "17.2", appVersion: "1.0.0", appBuild: "42" },
        ...{ model: "iPhone15,2", manufacturer: "Apple", locale: "de-DE", deviceTimezone: "Europe/Berlin" },
        country: "DE",
        isBot: false,
        properties: event.properties,
      },
    ],
  },
  Erasure: erasure,
  ErasurePage: { items: [erasure], nextCursor: null },
};
