const subscription = {
  id: "6f1c2b9a-4d0e-4a8b-9c57-2e8d7f3a1b60",
  scope: "project",
  scopeId: "demo-app",
  address: "owner@example.com",
  timezone: "Europe/Berlin",
  state: "active",
  lastReportAt: "2026-05-24T00:00:01.250Z",
  createdAt: "2026-05-02T09:30:00.000Z",
  updatedAt: "2026-05-02T09:30:00.000Z",
};
const message = {
  id: "4711",
  kind: "mail",
  receiver: "owner@example.com",
  subject: "Weekly report on Shop, 11–17 May 2026",
  state: "gave_up",
  attempts: 12,
  lastError: "451 try again later",
  createdAt: "2026-05-24T00:00:01.250Z",
  nextAttemptAt: null,
  finishedAt: "2026-05-24T05:08:12.000Z",
};

/** Bodies that are sent as they stand. */
export const reportBodies = {
  NewReportSubscription: {
    scope: "project",
    scopeId: "demo-app",
    address: "owner@example.com",
    timezone: "Europe/Berlin",
  },
  ReportSubscriptionPatch: { timezone: "America/New_York" },
};

export const reportReplies = {
  ReportSubscription: subscription,
  ReportSubscriptionPage: { items: [subscription], nextCursor: null },
  Message: message,
  MessagePage: { items: [message], nextCursor: null },
};
