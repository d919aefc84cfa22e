const header = {
  projectId: "project-abc",
  period: "7d",
  timezone: "Europe/Berlin",
  from: "2026-01-08T23:00:00Z",
  to: "2026-01-15T09:45:00Z",
};

/** Answers about an app. */
export const insightReplies = {
  Overview: {
    ...header,
    previous: { from: "2026-01-01T23:00:00Z", to: "2026-01-08T09:30:00Z" },
    events: { value: 18_250, before: 16_900, change: 8 },
    screenViews: { value: 9_120, before: 8_800, change: 3.6 },
    sessions: { value: 912, before: 880, change: 3.6 },
    activeUsers: { value: 301, before: 280, change: 7.5 },
    newUsers: { value: 42, before: 0, change: null },
    averageSessionSeconds: { value: 184.2, before: 190.1, change: -3.1 },
    screensPerSession: { value: 10, before: 10, change: 0 },
    bounceRate: { value: 12.5, before: 13.1, change: -4.6 },
  },
  InsightSeries: {
    ...header,
    metric: "active_users",
    granularity: "day",
    data: [
      { timestamp: "2026-01-14T23:00:00Z", value: 96, partial: true },
      { timestamp: "2026-01-13T23:00:00Z", value: 120 },
    ],
  },
  Screens: {
    ...header,
    totalViews: 9_120,
    items: [
      { name: "Home", views: 4_560, share: 50, actors: 290, sessions: 900, lastSeenAt: "2026-01-15T09:29:58.120Z" },
    ],
    counted: true,
    nextCursor: null,
  },
  EventNames: {
    ...header,
    totalEvents: 18_250,
    items: [
      {
        type: "custom",
        name: "purchase_completed",
        events: 365,
        share: 2,
        lastSeenAt: "2026-01-15T09:12:04.007Z",
      },
    ],
    nextCursor: null,
  },
  ActiveUsers: {
    ...header,
    data: [
      { date: "2026-01-15", daily: 96, weekly: 301, monthly: 640, stickiness: 15, partial: true },
      { date: "2026-01-14", daily: 120, weekly: 310, monthly: 638, stickiness: 18.81 },
    ],
  },
  Adoption: {
    ...header,
    dimension: "version",
    granularity: "day",
    total: { sessions: 912, users: 301 },
    items: [
      {
        value: "1.1.0",
        sessions: 684,
        users: 240,
        share: 75,
        firstSeenAt: "2026-01-08T23:02:11.000Z",
        lastSeenAt: "2026-01-15T09:28:40.311Z",
      },
    ],
    other: { values: 3, sessions: 228, share: 25 },
    series: [
      {
        timestamp: "2026-01-14T23:00:00Z",
        total: { sessions: 101, users: 96 },
        items: [{ sessions: 90, users: 85 }],
        otherSessions: 11,
        partial: true,
      },
    ],
  },
};
