const header = {
  projectId: "project-abc",
  period: "3w",
  timezone: "Europe/Berlin",
  from: "2025-12-28T23:00:00Z",
  to: "2026-01-15T09:45:00Z",
};

export const retentionBodies = {
  Funnel: {
    steps: [
      { type: "screen_view", name: "Home" },
      { type: "custom", name: "purchase_completed", properties: [{ key: "total", operator: "gte", value: 50 }] },
    ],
    windowSeconds: 86_400,
    breakdown: "platform",
    period: "30d",
  },
};

const begun = { count: 640, conversion: 100, stepConversion: null, medianSeconds: null };
const bought = { count: 80, conversion: 12.5, stepConversion: 12.5, medianSeconds: 184.25 };

export const retentionReplies = {
  Retention: {
    ...header,
    granularity: "week",
    mode: "exact",
    cohorts: [
      { date: "2026-01-12", size: 20, incomplete: true, cells: [{ actors: 20, rate: 100, incomplete: true }] },
      {
        date: "2026-01-05",
        size: 40,
        cells: [
          { actors: 40, rate: 100 },
          { actors: 8, rate: 20, incomplete: true },
        ],
      },
      {
        date: "2025-12-29",
        size: 60,
        cells: [
          { actors: 60, rate: 100 },
          { actors: 24, rate: 40 },
          { actors: 12, rate: 20, incomplete: true },
        ],
      },
    ],
    average: [
      { offset: 0, rate: 100, actors: 100, size: 100 },
      { offset: 1, rate: 40, actors: 24, size: 60 },
      { offset: 2, rate: null, actors: 0, size: 0 },
    ],
  },
  FunnelResult: {
    ...header,
    period: "30d",
    unit: "actors",
    windowSeconds: 86_400,
    incomplete: true,
    archivedEvents: 0,
    steps: [
      { type: "screen_view", name: "Home", ...begun },
      { type: "custom", name: "purchase_completed", ...bought },
    ],
    medianSeconds: 184.25,
    breakdown: { by: "platform", items: [{ value: "ios", steps: [begun, bought] }], otherValues: 0 },
  },
};
