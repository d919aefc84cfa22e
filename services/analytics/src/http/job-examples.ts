export const hourlyRun = {
  job: "hourly",
  windowStart: "2026-01-15T09:00:00.000Z",
  windowEnd: "2026-01-15T10:00:00.000Z",
  attempt: 1,
  status: "done",
  runner: "analytics-1:1",
  byHand: false,
  startedAt: "2026-01-15T10:00:00.004Z",
  finishedAt: "2026-01-15T10:00:00.131Z",
  durationMs: 127,
  steps: [{ step: "counters", ms: 12, did: { counters: "healed" } }],
  error: null,
};

export const jobReplies = {
  JobOverview: {
    enabled: true,
    jobs: [
      { name: "hourly", cron: "0 * * * *", catchUpWindows: 24, nextAt: "2026-01-15T11:00:00.000Z", lastRun: hourlyRun },
    ],
  },
  JobRunPage: { items: [hourlyRun], nextCursor: null },
};
