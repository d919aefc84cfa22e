const before = { events: 9_800, sessions: 512, activeUsers: 140, cost: 11.2 };
const numbers = {
  events: 12_400,
  sessions: 640,
  activeUsers: 160,
  retainedUsers: 64,
  generations: 50,
  generationFailures: 4,
  builds: 20,
  buildFailures: 6,
  failures: 10,
  failureRate: 12.5,
  requests: 410,
  tokens: 100_000,
  cost: 12.8,
  costPerActiveUser: 0.08,
  costPerRetainedUser: 0.2,
  before,
};

export const fleetReplies = {
  Fleet: {
    period: "7d",
    timezone: "UTC",
    from: "2026-01-09T00:00:00.000Z",
    to: "2026-01-15T09:45:00.000Z",
    beforeFrom: "2026-01-02T14:15:00.000Z",
    currency: "USD",
    generatedAt: "2026-01-15T09:30:00.000Z",
    totals: { projects: 1, ...numbers },
    leaders: [{ metric: "events", id: "project-abc", name: "Shop", value: 12_400 }],
    matching: 1,
    sparklineDays: ["2026-01-09", "2026-01-10", "2026-01-11", "2026-01-12", "2026-01-13", "2026-01-14", "2026-01-15"],
    items: [
      {
        id: "project-abc",
        name: "Shop",
        ownerId: "user-1",
        createdAt: "2026-01-02T09:30:00.000Z",
        ...numbers,
        flags: [{ metric: "failureRate", direction: "high", score: 4.1 }],
        sparkline: {
          events: [1_700, 1_650, 1_800, 1_900, 2_000, 2_100, 1_250],
          cost: [1.5, 2, 2.1, 1.9, 2, 2.2, 1.1],
        },
      },
    ],
    nextCursor: null,
  },
};
