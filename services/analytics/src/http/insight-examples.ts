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
};
