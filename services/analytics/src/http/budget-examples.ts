const identity = {
  name: "Shop, May",
  scope: "project",
  scopeId: "demo-app",
  period: "month",
  timezone: "Europe/Berlin",
  mode: "hard",
  limit: 250,
};
const spending = {
  spent: 212.4,
  reserved: 0.5,
  remaining: 37.1,
  periodStart: "2026-04-30T22:00:00.000Z",
  resetsAt: "2026-05-31T22:00:00.000Z",
};
const budgetId = "3d6a9b0e-8f1c-4b57-a1a5-5f0e5f7b2c11";
const budget = {
  id: budgetId,
  ...identity,
  currency: "USD",
  thresholds: [50, 80, 100],
  channels: [
    { type: "log" },
    { type: "email", to: "finance@example.com" },
    { type: "webhook", url: "https://hooks.example.com/budgets" },
  ],
  ...spending,
  createdAt: "2026-05-02T09:30:00.000Z",
  updatedAt: "2026-05-02T09:30:00.000Z",
};

/** Bodies that are sent as they stand. */
export const budgetBodies = {
  NewBudget: {
    name: "Shop",
    scope: "project",
    scopeId: "demo-app",
    period: "month",
    timezone: "Europe/Berlin",
    limit: 250,
    mode: "hard",
    channels: [{ type: "log" }, { type: "email", to: "finance@example.com" }],
  },
  BudgetPatch: { limit: "300.00", thresholds: [80, 95, 100] },
  BudgetCheck: {
    userId: "demo-user",
    projectId: "demo-app",
    model: "claude-3-sonnet-20240229",
    inputTokens: 1500,
    outputTokens: 4096,
    reserve: true,
  },
};

export const budgetReplies = {
  ChangedBudget: {
    ...budget,
    webhookSecrets: [
      { url: "https://hooks.example.com/budgets", secret: "whsec_3Zc0mM5xP2vJb8sQwN1kYt7RfUe9aLdHgXoTi4CyKqE=" },
    ],
  },
  BudgetDetail: {
    ...budget,
    alerts: [
      {
        threshold: 80,
        spent: 200.7,
        limit: 250,
        periodStart: spending.periodStart,
        at: "2026-05-24T14:03:00.000Z",
      },
    ],
  },
  BudgetPage: { items: [budget], nextCursor: null },
  BudgetVerdict: {
    decision: "allow",
    advisory: false,
    estimatedCost: 0.06594,
    currency: "USD",
    budgets: [{ budgetId, ...identity, ...spending, exceeded: false }],
    deniedBy: [],
    reservation: { reservationId: "8b1f3d6c-52a4-4f0e-9a57-0c9d1c1f7f10", expiresAt: "2026-05-26T10:05:00.000Z" },
  },
};
