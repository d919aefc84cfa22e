import type { AppEventInput } from "@mobigen/analytics-contract";
import type { Install } from "./install.js";
import type { AppPlan, Release } from "./plan.js";
import type { Random } from "./random.js";

const maxScreens = 25;

export type SessionPlan = {
  plan: AppPlan;
  install: Install;
  startedAt: number;
  /** The install's first ever. */
  isFirst: boolean;
  release: Release | undefined;
  random: Random;
};

/** One walk through an app's screens, with what is done on them, in order of time. */
export function sessionEvents({ plan, install, startedAt, isFirst, release, random }: SessionPlan): AppEventInput[] {
  const sessionId = random.uuid();
  const events: AppEventInput[] = [];
  let at = startedAt;
  const { platform, osVersion, model, manufacturer, locale } = install.device;
  const device = { platform, osVersion, appVersion: release?.version ?? "1.0.0", model, manufacturer, locale };

  function add(type: string, properties?: AppEventInput["properties"], name?: string): void {
    events.push({
      eventId: random.uuid(),
      type,
      sessionId,
      timestamp: new Date(at).toISOString(),
      anonymousId: install.anonymousId,
      ...(install.userId === undefined ? {} : { userId: install.userId }),
      ...(name === undefined ? {} : { name }),
      ...(properties === undefined ? {} : { properties }),
      device: { ...device, timezone: plan.market.timezone },
      app: { build: release?.build ?? "1" },
    });
    at += Math.ceil(random.logNormal(1_200, 0.7));
  }

  add("session_start");
  if (isFirst && plan.kind.accounts) {
    add("screen_view", { screenName: "Welcome" });
    add("custom", {
      eventName: "signup",
      method: random.weighted([
        ["email", 5],
        ["google", 3],
        ["apple", 2],
      ]),
    });
  }
  let screen: string | undefined = Object.keys(plan.kind.screens)[0];
  for (let n = 0; n < maxScreens && screen !== undefined && screen !== "end"; n += 1) {
    add("screen_view", { screenName: screen });
    at += Math.ceil(random.logNormal(7_000, 0.9));
    for (const { name, chance, properties } of plan.kind.actions[screen] ?? []) {
      if (random.chance(chance)) add("custom", { eventName: name, ...(properties?.(random) as object | undefined) });
    }
    if (random.chance(0.006)) add("error", { message: random.pick(errorMessages), screen }, "network_error");
    screen = random.weighted(Object.entries(plan.kind.screens[screen] ?? { end: 1 }).map(weighExit));
  }
  return events;
}

// The one knob for the length of sessions: less than 1 keeps people longer than the screens' own weights.
const exitWeight = 0.65;

function weighExit([screen, weight]: [string, number]): [string, number] {
  return [screen, screen === "end" ? weight * exitWeight : weight];
}

const errorMessages = ["timed out after 10 s", "no connection", "server answered 502"] as const;
