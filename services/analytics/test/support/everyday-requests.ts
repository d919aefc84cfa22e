import { randomUUID } from "node:crypto";
import { type ExpectStatic, expect } from "vitest";
import type { TestApp } from "./app.js";

/** A project to send events of, without a limit that a test would reach. */
export type Traffic = { app: TestApp; key: string; projectId: string };

export async function prepareTraffic(app: TestApp): Promise<Traffic> {
  const projectId = `p-${randomUUID()}`;
  await app.createProject({ id: projectId, eventsPerMinute: 1_000_000 });
  return { app, projectId, key: (await app.createKey(projectId)).key };
}

/** Ten tokens of the user `u`. */
export const tokensOfRound = 10;

/** One request of each kind that meets Redis on its way, and of those that should not: all at once, and every one must succeed. */
export async function sendRound({ app, key, projectId }: Traffic): Promise<void> {
  const event = () => ({
    eventId: randomUUID(),
    type: "custom",
    sessionId: "s",
    timestamp: app.clock.now().toISOString(),
  });
  const call = { userId: "u", projectId, model: "claude-3-haiku-20240307", inputTokens: 4, outputTokens: 6 };
  const replies = await Promise.all([
    app.fetchJson("/api/events", { key, body: { events: [event(), event()] } }),
    app.fetchJson("/api/events/single", { key, body: { ...event(), projectId } }),
    app.fetchJson("/events", { body: { event: "user.login", userId: "u", eventId: randomUUID() } }),
    app.fetchJson("/usage/api", { body: { ...call, requestId: randomUUID() } }),
    app.fetchJson("/budgets/check", { body: call }),
    app.fetchJson("/usage/user/u"),
    app.fetchJson("/costs/user/u"),
    app.fetchJson("/metrics/dashboard"),
    app.fetchJson("/metrics/timeseries?metric=tokens&period=7d"),
    app.fetchJson("/api/events/health"),
    app.fetchJson("/health"),
    app.fetchJson("/health/ready"),
  ]);
  expectAll(expect, replies);
}

function expectAll(check: ExpectStatic, replies: readonly { status: number; body: unknown }[]): void {
  check(replies.filter(({ status }) => status >= 300)).toEqual([]);
}
