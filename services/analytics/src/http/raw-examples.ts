const from = "2026-01-08T23:00:00Z";
const to = "2026-01-15T09:45:00Z";

/** Answers from the single events of an app. */
export const rawReplies = {
  EventProperties: {
    ...{ projectId: "project-abc", period: "7d", timezone: "Europe/Berlin", from, to },
    event: { type: "custom", name: "purchase_completed" },
    events: 365,
    read: { from, to, events: 365, matched: 365, complete: true },
    properties: [
      {
        key: "total",
        events: 365,
        types: { number: 365 },
        distinctValues: 41,
        numbers: { min: 0.99, max: 99.99, average: 12.4, sum: 4526 },
        share: 100,
        topValues: [{ value: 9.99, events: 73, share: 20 }],
        otherEvents: 292,
      },
    ],
    truncated: false,
  },
  ExportedEvent: {
    timestamp: "2026-01-15T09:12:04.007Z",
    sentTimestamp: "2026-01-15T09:12:04.007Z",
    receivedAt: "2026-01-15T09:12:05Z",
    eventId: "event-2",
    type: "custom",
    name: "purchase_completed",
    sessionId: "session-xyz",
    userId: "user-1",
    anonymousId: null,
    platform: "ios",
    osVersion: "17.2",
    appVersion: "1.0.0",
    appBuild: null,
    model: "iPhone15,2",
    manufacturer: "Apple",
    locale: "de-DE",
    deviceTimezone: "Europe/Berlin",
    country: "DE",
    isBot: false,
    properties: { eventName: "purchase_completed", total: 99.99 },
  },
};
