import { budgetBodies, budgetReplies } from "./budget-examples.js";
import { fleetReplies } from "./fleet-examples.js";
import { insightReplies } from "./insight-examples.js";
import { jobReplies } from "./job-examples.js";
import { peopleReplies } from "./people-examples.js";
import { rawReplies } from "./raw-examples.js";
import { reportBodies, reportReplies } from "./report-examples.js";
import { retentionBodies, retentionReplies } from "./retention-examples.js";
import type { SchemaName } from "./schemas.js";

const device = { platform: "ios", osVersion: "17.2", appVersion: "1.0.0" };

// No times and no request ids, and the ids of the first start: these are sent as they stand, for years and again and again.
const bodies = {
  AppEventBatch: {
    batchId: "batch-123",
    events: [
      {
        eventId: "event-1",
        type: "screen_view",
        sessionId: "session-xyz",
        properties: { screenName: "Home" },
        device,
      },
    ],
  },
  AppEvent: {
    eventId: "event-2",
    type: "custom",
    sessionId: "session-xyz",
    properties: { eventName: "purchase_completed", orderId: "order-123", total: 99.99 },
  },
  PlatformEvent: {
    event: "generation.completed",
    userId: "demo-user",
    projectId: "demo-app",
    metadata: { template: "ecommerce" },
  },
  PlatformEvents: [
    { event: "generation.started", userId: "demo-user", projectId: "demo-app" },
    { event: "generation.completed", userId: "demo-user", projectId: "demo-app" },
  ],
  UsageRecord: {
    userId: "demo-user",
    projectId: "demo-app",
    model: "claude-3-sonnet-20240229",
    inputTokens: 1500,
    outputTokens: 3000,
  },
  UsageRecords: [
    { userId: "demo-user", model: "claude-3-sonnet-20240229", inputTokens: 1500, outputTokens: 3000 },
    { userId: "user-2", model: "claude-3-haiku-20240307", inputTokens: 400, outputTokens: 50, feature: "chat" },
  ],
  Recost: { model: "claude-3-sonnet-20240229", dryRun: true },
  NewPrice: {
    model: "my-own-model",
    inputPerMillion: 1.2,
    outputPerMillion: "4.80",
    validFrom: "2019-01-01T00:00:00Z",
    validTo: "2020-01-01T00:00:00Z",
  },
  ...budgetBodies,
  ...retentionBodies,
  NewProject: {
    name: "Shop",
    ownerId: "demo-user",
    timezone: "Europe/Berlin",
    eventsPerMinute: 2000,
    retentionDays: 180,
  },
  ...reportBodies,
  ProjectPatch: { eventsPerMinute: 5000 },
  NewKey: { name: "iOS release" },
  NewToken: { name: "reporting", scopes: ["platform:read"] },
  SignIn: { token: "mgt_Ym9w4kLzP1sQeJx0c2Rt7uVn5hGd3aFb8iKoXyZqWwE" },
};

const usageReply = {
  success: true,
  requestId: "req-1",
  duplicate: false,
  cost: {
    inputCost: 0.0045,
    outputCost: 0.045,
    cacheCost: 0,
    totalCost: 0.0495,
    currency: "USD",
    priced: true,
    estimated: false,
  },
};
const platformEventReply = { success: true, eventId: "5f0e8a53-7d0f-4cbb-9fb5-5d0f7e9a6a11", duplicate: false };
const usage = {
  totalRequests: 2,
  totalInputTokens: 1900,
  totalOutputTokens: 3050,
  totalTokens: 4950,
  byModel: {
    "claude-3-sonnet-20240229": { requests: 1, inputTokens: 1500, outputTokens: 3000 },
    "claude-3-haiku-20240307": { requests: 1, inputTokens: 400, outputTokens: 50 },
  },
  byDay: [{ date: "2026-01-15", requests: 2, tokens: 4950 }],
};
const sums = {
  totalCost: 0.0495,
  inputCost: 0.0045,
  outputCost: 0.045,
  cacheCost: 0,
  failedCost: 0,
  requests: 1,
  unpricedRequests: 0,
  failedRequests: 0,
  inputTokens: 1500,
  outputTokens: 3000,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
};
const price = {
  id: 2,
  provider: "anthropic",
  model: "claude-3-sonnet-20240229",
  serviceTier: "standard",
  inputPerMillion: 3,
  outputPerMillion: 15,
  cacheReadPerMillion: 0.3,
  cacheWritePerMillion: 3.75,
  cacheWrite1hPerMillion: 6,
  longContext: [],
  currency: "USD",
  validFrom: null,
  validTo: null,
  source: "brief",
  createdAt: "2026-01-15T09:30:00.000Z",
};
const recosted = { records: 1, before: 0.0495, after: 0.0396, difference: -0.0099 };
const project = {
  id: "project-abc",
  name: "Shop",
  ownerId: "user-1",
  timezone: "Europe/Berlin",
  eventsPerMinute: 2000,
  retentionDays: 180,
  createdAt: "2026-01-15T09:30:00.000Z",
  deletedAt: null,
};
const key = {
  id: "0b0f9f5e-4f39-4a44-9d8c-0a4a8c0e3c55",
  name: "iOS release",
  prefix: "mgk_uPxycdqy",
  createdAt: "2026-01-15T09:30:00.000Z",
  lastUsedAt: null,
  revokedAt: null,
  scopes: ["ingest"],
};
const token = { ...key, name: "reporting", prefix: "mgt_Ym9w4kLz", scopes: ["platform:read"] };

const replies = {
  IngestReply: {
    success: true,
    accepted: 1,
    rejected: 0,
    duplicates: 0,
    errors: [],
    rateLimit: { count: 150, limit: 1000, exceeded: false },
  },
  IngestHealth: { status: "ok", service: "analytics-ingestion", buffers: { "project-abc": 45 } },
  IngestionLedger: {
    projectId: "project-abc",
    period: "month",
    timezone: "UTC",
    from: "2026-01-01T00:00:00Z",
    to: "2026-01-15T09:45:00Z",
    totals: { received: 1510, stored: 1480, duplicates: 20, rejected: 10 },
    byReason: { too_old: 8, unknown_field: 2 },
    byDay: [{ date: "2026-01-15", received: 1510, stored: 1480, duplicates: 20, rejected: 10 }],
    balanced: true,
  },
  ...insightReplies,
  ...retentionReplies,
  ...peopleReplies,
  ...rawReplies,
  PlatformEventReply: platformEventReply,
  PlatformEventsReply: { success: true, results: [platformEventReply] },
  UsageReply: usageReply,
  UsageBatchReply: {
    success: false,
    results: [
      usageReply,
      { success: false, index: 1, requestId: null, code: "invalid_body", message: "/model is required." },
    ],
  },
  UserUsage: { ...usage, uniqueProjects: 1 },
  ProjectUsage: { ...usage, uniqueUsers: 2 },
  CostBreakdown: {
    totalCost: 0.0496625,
    inputCost: 0.0046,
    outputCost: 0.0450625,
    cacheCost: 0,
    byModel: {
      "claude-3-sonnet-20240229": { inputCost: 0.0045, outputCost: 0.045, totalCost: 0.0495 },
      "claude-3-haiku-20240307": { inputCost: 0.0001, outputCost: 0.0000625, totalCost: 0.0001625 },
    },
    byDay: [{ date: "2026-01-15", cost: 0.0496625, tokens: 4950 }],
    projectedMonthly: 1.539538,
    projection: { low: null, high: null, method: "run-rate" },
    unpricedRequests: 0,
    currency: "USD",
  },
  CostGroups: {
    groupBy: "model",
    period: "month",
    timezone: "UTC",
    from: "2026-01-01T00:00:00.000Z",
    to: "2026-01-15T09:45:00.000Z",
    currency: "USD",
    ...sums,
    items: [{ key: "claude-3-sonnet-20240229", ...sums }],
    nextCursor: null,
  },
  UsageReceipt: {
    requestId: "req-1",
    timestamp: "2026-01-15T09:30:00.000Z",
    receivedAt: "2026-01-15T09:30:00.000Z",
    userId: "user-1",
    projectId: "project-abc",
    model: "claude-3-sonnet-20240229",
    provider: null,
    serviceTier: "standard",
    feature: null,
    tags: [],
    status: null,
    durationMs: null,
    inputTokens: 1500,
    outputTokens: 3000,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    reasoningTokens: 0,
    cost: usageReply.cost,
    price: {
      id: 2,
      provider: "anthropic",
      model: "claude-3-sonnet-20240229",
      serviceTier: "standard",
      source: "brief",
      validFrom: null,
      validTo: null,
      aboveInputTokens: null,
    },
    parts: [
      { part: "input", tokens: 1500, perMillion: 3, cost: 0.0045, estimated: false },
      { part: "output", tokens: 3000, perMillion: 15, cost: 0.045, estimated: false },
    ],
    estimates: [],
  },
  UsageConflictPage: {
    items: [
      {
        id: 1,
        requestId: "req-1",
        firstAt: "2026-01-15T09:31:00.000Z",
        lastAt: "2026-01-15T09:31:00.000Z",
        count: 1,
        sentBy: "token:0b0f9f5e-4f39-4a44-9d8c-0a4a8c0e3c55 platform",
        content: { userId: "user-1", model: "claude-3-sonnet-20240229", inputTokens: 1500, outputTokens: 2999 },
      },
    ],
    nextCursor: null,
  },
  RecostReply: {
    dryRun: true,
    scanned: 40,
    newlyPriced: 0,
    archived: 0,
    ...recosted,
    byModelAndDay: [{ model: "claude-3-sonnet-20240229", date: "2026-01-15", ...recosted }],
    truncated: false,
    currency: "USD",
    nextCursor: null,
  },
  Price: price,
  PricePage: { items: [price], nextCursor: null },
  UnpricedModelPage: {
    items: [
      {
        model: "my-own-model",
        providers: ["own"],
        requests: 12,
        inputTokens: 9000,
        outputTokens: 4000,
        firstSeen: "2026-01-15T09:30:00.000Z",
        lastSeen: "2026-01-15T09:40:00.000Z",
      },
    ],
    nextCursor: null,
  },
  ...budgetReplies,
  ...jobReplies,
  ...reportReplies,
  Dashboard: {
    overview: {
      totalProjects: 150,
      totalGenerations: 500,
      totalBuilds: 200,
      totalTokensUsed: 5_000_000,
      totalCost: 250,
      generationFailures: 25,
      buildFailures: 50,
      generationSuccessRate: 95.2,
      buildSuccessRate: 80,
    },
    recentActivity: { generationsLast24h: 25, buildsLast24h: 10, tokensLast24h: 100_000 },
    trends: { generationsChange: 15.5, buildsChange: -5.2, tokensChange: null },
    topProjects: [{ id: "project-abc", name: "Shop", generations: 50, tokens: 100_000 }],
    generatedAt: "2026-01-15T09:30:00.000Z",
  },
  TimeSeries: {
    metric: "tokens",
    period: "2d",
    granularity: "day",
    timezone: "UTC",
    from: "2026-01-14T00:00:00Z",
    to: "2026-01-15T09:45:00Z",
    data: [
      { timestamp: "2026-01-15T00:00:00Z", value: 15_000, partial: true },
      { timestamp: "2026-01-14T00:00:00Z", value: 12_000 },
    ],
  },
  ...fleetReplies,
  Project: project,
  ProjectPage: { items: [project], nextCursor: null },
  CreatedKey: { ...key, key: "mgk_uPxycdqy0ZV8BKYUXmOm-K6aF9w0FwGU01GcH0P8nT4" },
  KeyPage: { items: [key], nextCursor: null },
  CreatedToken: { ...token, token: "mgt_Ym9w4kLzP1sQeJx0c2Rt7uVn5hGd3aFb8iKoXyZqWwE" },
  TokenPage: { items: [token], nextCursor: null },
  AuditPage: {
    items: [
      {
        id: "1",
        at: "2026-01-15T09:30:00.000Z",
        actor: "command line",
        action: "key.create",
        target: "project-abc",
        detail: { keyId: key.id, name: key.name, prefix: key.prefix, scopes: key.scopes },
      },
    ],
    nextCursor: null,
  },
  SignedIn: {
    caller: {
      kind: "token",
      name: "reporting",
      scopes: ["platform:read"],
      projectId: null,
      expiresAt: "2026-01-15T21:30:00.000Z",
    },
  },
  Health: {
    status: "ok",
    service: "analytics",
    version: "0.1.0",
    uptimeSeconds: 86_400,
    parts: { database: { status: "ok" }, cache: { status: "ok" } },
  },
  Problem: {
    type: "about:blank",
    title: "The body does not have the expected shape",
    status: 400,
    code: "invalid_body",
    detail: "/model is required.",
    requestId: "8b1f3d6c-52a4-4f0e-9a57-0c9d1c1f7f10",
    errors: [{ pointer: "/model", reason: "is required" }],
  },
};

/** What every schema of the API's description looks like, filled in. A test sends each body to a running service. */
export const examples: Readonly<Record<SchemaName, unknown>> = { ...bodies, ...replies };

/** Ids of the path that the page fills in: those of the first start. */
export const pathExamples: Readonly<Record<string, string>> = { userId: "demo-user", projectId: "demo-app" };
