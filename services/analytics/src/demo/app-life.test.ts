import { describe, expect, it } from "vitest";
import { type AppEvent, effectiveTime } from "../stores/event-store.js";
import { appDays, countAppDays } from "./app-life.js";
import { type DemoSpan, planApps } from "./plan.js";
import { deletionOf, platformLife } from "./platform-life.js";

const dayMs = 24 * 3_600_000;
const end = Date.UTC(2026, 4, 14, 10, 7);
const span: DemoSpan = { start: end - 90 * dayMs, end, days: 90, prefix: "demo", seed: "test" };
const plans = planApps(span, 18);
const [largest] = plans;

function fail(): never {
  throw new Error("there is no such plan");
}

function lifeOf(n: number): AppEvent[] {
  const plan = plans[n];
  return plan === undefined ? [] : [...appDays(plan, span)].flat();
}

describe("a demo app's life", () => {
  const events = lifeOf(0);

  it("is the same whenever it is made up", () => {
    expect(lifeOf(0)).toEqual(events);
  });

  it("lies between the app's birth and the end, and arrives after it happened", () => {
    expect(Math.min(...events.map(effectiveTime))).toBeGreaterThanOrEqual(span.start);
    expect(Math.max(...events.map(effectiveTime))).toBeLessThan(end);
    expect(events.filter((event) => event.receivedAt < event.occurredAt)).toEqual([]);
  });

  it("has as many days as it says", () => {
    const plan = plans[11] ?? fail();
    expect([...appDays(plan, span)]).toHaveLength(countAppDays(plan, span));
  });

  it("ends with the app's deletion", () => {
    const n = plans.findIndex((plan) => plan.deletedAt !== null);
    const deletedAt = plans[n]?.deletedAt ?? 0;
    expect(deletedAt).toBeGreaterThan(0);
    expect(Math.max(...lifeOf(n).map(effectiveTime))).toBeLessThan(deletedAt);
  });

  it("never has one event twice", () => {
    expect(new Set(events.map((event) => event.eventId)).size).toBe(events.length);
  });

  it("keeps fewer people from week to week, and never all or none", () => {
    const days = new Map<string, Set<number>>();
    for (const event of events) {
      const seen = days.get(event.actor?.id ?? "") ?? new Set();
      days.set(event.actor?.id ?? "", seen.add(Math.floor((effectiveTime(event) - span.start) / dayMs)));
    }
    const cohort = [...days.values()].filter((seen) => Math.min(...seen) < 40);
    const backIn = (week: number): number => {
      const back = cohort.filter((seen) => [...seen].some((day) => Math.floor((day - Math.min(...seen)) / 7) === week));
      return back.length / cohort.length;
    };
    expect(backIn(0)).toBe(1);
    expect(backIn(1)).toBeLessThan(0.95);
    expect(backIn(1)).toBeGreaterThan(backIn(3));
    expect(backIn(3)).toBeGreaterThan(backIn(6));
    expect(backIn(6)).toBeGreaterThan(0.02);
  });

  it("has its meals at noon and in the evening of its own time zone", () => {
    const perHour = new Array<number>(24).fill(0);
    const hourOf = new Intl.DateTimeFormat("en", {
      hour: "numeric",
      hourCycle: "h23",
      timeZone: largest?.market.timezone,
    });
    for (const event of events) {
      const hour = Number(hourOf.format(effectiveTime(event)));
      perHour[hour] = (perHour[hour] ?? 0) + 1;
    }
    expect(perHour[12]).toBeGreaterThan(5 * (perHour[4] ?? 0));
    expect(perHour[19]).toBeGreaterThan(2 * (perHour[15] ?? 0));
  });

  it("moves to new versions step by step", () => {
    const shares = new Map<string, { first: number; last: number }>();
    for (const event of events) {
      const at = effectiveTime(event);
      const { first, last } = shares.get(event.device.appVersion) ?? { first: at, last: at };
      shares.set(event.device.appVersion, { first: Math.min(first, at), last: Math.max(last, at) });
    }
    expect(shares.size).toBeGreaterThan(3);
    // An old version is still in use when the next one is out.
    const [oldest, next] = [...shares.values()];
    expect(oldest?.last).toBeGreaterThan(next?.first ?? Number.POSITIVE_INFINITY);
  });
});

describe("a demo platform's life", () => {
  const life = platformLife(plans, span);

  it("is the same whenever it is made up, in order of time, and over by the end", () => {
    expect(platformLife(plans, span)).toEqual(life);
    const times = [...life.events, ...life.usage].map(({ timestamp }) => Date.parse(timestamp ?? ""));
    expect(Math.max(...times)).toBeLessThan(end);
    const ordered = life.usage.map(({ timestamp }) => timestamp ?? "");
    expect(ordered).toEqual([...ordered].sort());
  });

  it("gives every event and every call an id of its own", () => {
    const deletions = plans.flatMap((plan) => deletionOf(plan) ?? []);
    const eventIds = [...life.events, ...deletions].map(({ eventId }) => eventId);
    expect(new Set(eventIds).size).toBe(eventIds.length);
    const requestIds = life.usage.map(({ requestId }) => requestId);
    expect(new Set(requestIds).size).toBe(requestIds.length);
  });

  it("has builds that fail, generations that fail, and calls of three models for each feature's sake", () => {
    const names = new Set(life.events.map(({ event }) => event));
    for (const name of ["generation.failed", "build.failed", "user.created", "user.login", "project.created"]) {
      expect(names).toContain(name);
    }
    expect(new Set(life.usage.map(({ model }) => model)).size).toBe(3);
    expect(new Set(life.usage.map(({ feature }) => feature)).size).toBeGreaterThan(3);
  });
});
