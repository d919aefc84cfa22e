import type { AppEventInput } from "@mobigen/analytics-contract";
import { acceptEvent } from "../ingestion/accept-event.js";
import type { AppEvent } from "../stores/event-store.js";
import { type Install, newInstall } from "./install.js";
import { type AppPlan, type DemoSpan, type LocalDay, localDays, momentOf, type Release } from "./plan.js";
import { createRandom, type Random } from "./random.js";
import { sessionEvents } from "./session.js";

const dayMs = 24 * 3_600_000;
const maxSessionsPerDay = 6;

/** The app events of one app, a day at a time, from its birth to its end. */
export function* appDays(plan: AppPlan, span: DemoSpan): Generator<AppEvent[]> {
  const random = createRandom(`${span.seed}/life/${plan.id.slice(span.prefix.length)}`);
  const end = Math.min(plan.deletedAt ?? span.end, span.end);
  const installs: Install[] = [];
  for (const [n, day] of localDays(plan.bornAt, end, plan.market.timezone).entries()) {
    const rhythm = day.weekend ? plan.kind.weekend : 1;
    const newcomers = random.poisson(plan.installsAt(n) * rhythm);
    for (let i = 0; i < newcomers; i += 1) installs.push(newInstall(plan, n, random));
    const active = installs.filter((install) => random.chance(chanceToCome(plan, install, n, rhythm)));
    yield active.flatMap((install) => activeDay({ plan, install, today: n, day, end }, random));
  }
}

export function countAppDays(plan: AppPlan, span: DemoSpan): number {
  const end = Math.min(plan.deletedAt ?? span.end, span.end);
  return localDays(plan.bornAt, end, plan.market.timezone).length;
}

// Retention falls off as a power of the age, as it does for most apps: fast at first, then ever more slowly.
function chanceToCome({ kind }: AppPlan, { since, liking }: Install, today: number, rhythm: number): number {
  const age = today - since;
  return age === 0 ? 1 : Math.min(kind.firstReturn * liking * rhythm * age ** -0.45, 0.97);
}

type ActiveDay = { plan: AppPlan; install: Install; today: number; day: LocalDay; end: number };

function activeDay({ plan, install, today, day, end }: ActiveDay, random: Random): AppEvent[] {
  const sessions = Math.min(1 + random.poisson(0.6 * install.liking), maxSessionsPerDay);
  const starts = Array.from({ length: sessions }, () => momentOf(day, plan.kind.hours, random)).sort((a, b) => a - b);
  return starts.flatMap((moment, n) => {
    const startedAt = Math.max(moment, plan.bornAt);
    const isFirst = n === 0 && install.since === today;
    const release = releaseOf(plan, install, startedAt);
    return accepted(sessionEvents({ plan, install, startedAt, isFirst, release, random }), plan, end, random);
  });
}

// A store hands newcomers the newest version; the others get it some days after its release.
function releaseOf(plan: AppPlan, install: Install, at: number): Release | undefined {
  const installedAt = plan.bornAt + install.since * dayMs;
  const has = (release: Release): boolean =>
    release.at <= installedAt || release.at + install.updateLagDays * dayMs <= at;
  return plan.releases.findLast(has) ?? plan.releases[0];
}

// Through the same checks as what comes over the wire, only that nothing is too old. Apps send when a session ends.
function accepted(inputs: readonly AppEventInput[], plan: AppPlan, end: number, random: Random): AppEvent[] {
  const known = inputs.filter((input) => Date.parse(input.timestamp ?? "") < end);
  const last = known.at(-1);
  if (last === undefined) return [];
  const sentAt = Date.parse(last.timestamp ?? "") + random.int(200, 4_000);
  const context = {
    projectId: plan.id,
    receivedAt: Math.min(sentAt, end),
    window: { pastMs: Number.POSITIVE_INFINITY, aheadMs: dayMs },
    clockOffsetMs: 0,
    isBot: false,
  };
  return known.map((input) => {
    const verdict = acceptEvent(input, context);
    if (verdict.kind === "rejected") throw new Error(`a demo event is not valid: ${verdict.message}`);
    return { ...verdict.event, country: plan.market.country };
  });
}
