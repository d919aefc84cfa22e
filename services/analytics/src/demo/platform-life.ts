import type { UsageRecordInput } from "@mobigen/analytics-contract";
import type { PlatformEventDraft } from "../platform-event.js";
import { type AppPlan, type DemoSpan, type LocalDay, localDays, momentOf, ownerIds } from "./plan.js";
import { createRandom, type Random } from "./random.js";

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const workingHours = [1, 0, 0, 0, 0, 0, 1, 3, 7, 10, 11, 9, 6, 8, 10, 11, 9, 7, 4, 3, 4, 4, 3, 2];
// Three weeks ago a model had a bad day.
const badDayBeforeEnd = 21;

export type PlatformLife = { events: PlatformEventDraft[]; usage: UsageRecordInput[] };

/** What the platform saw of users, projects, generations and builds, and the LLM calls behind them; by time. */
export function platformLife(plans: readonly AppPlan[], span: DemoSpan): PlatformLife {
  const life: PlatformLife = { events: [], usage: [] };
  addUsers(life, plans, span);
  for (const plan of plans) addProject(life, plan, span);
  life.events = life.events.filter((event) => timeOf(event) < span.end).sort((a, b) => timeOf(a) - timeOf(b));
  life.usage = life.usage.filter((record) => timeOf(record) < span.end).sort((a, b) => timeOf(a) - timeOf(b));
  return life;
}

/** The last event of a deleted app; to be told when everything else of it is stored. */
export function deletionOf(plan: AppPlan): PlatformEventDraft | undefined {
  if (plan.deletedAt === null) return undefined;
  return draft(plan, `${plan.id}-deleted`, "project.deleted", plan.deletedAt);
}

function timeOf({ timestamp }: { timestamp?: string | undefined }): number {
  return Date.parse(timestamp ?? "");
}

function addUsers(life: PlatformLife, plans: readonly AppPlan[], span: DemoSpan): void {
  for (const userId of ownerIds(span.prefix)) {
    const random = createRandom(`${span.seed}/user/${userId.slice(span.prefix.length)}`);
    const own = plans.filter((plan) => plan.ownerId === userId).map((plan) => plan.bornAt);
    const since = Math.min(...own, span.end - random.int(1, span.days) * dayMs) - random.int(10, 2_000) * minuteMs;
    addUser(life, { userId, since, eagerness: own.length > 0 ? 0.7 : 0.3 }, span, random);
  }
  // Those who signed up and never made anything; more of them lately.
  for (let n = 1; n <= plans.length * 2; n += 1) {
    const userId = `${span.prefix}-user-${n}`;
    const random = createRandom(`${span.seed}/user/${n}`);
    const since = span.end - Math.floor(span.days * random.next() ** 1.5 * dayMs) - random.int(1, 600) * minuteMs;
    addUser(life, { userId, since, eagerness: 0.08 }, span, random);
  }
}

type DemoUser = { userId: string; since: number; eagerness: number };

function addUser(life: PlatformLife, { userId, since, eagerness }: DemoUser, span: DemoSpan, random: Random): void {
  const event = (id: string, name: string, at: number): PlatformEventDraft => ({
    eventId: `${userId}-${id}`,
    event: name,
    userId,
    timestamp: new Date(at).toISOString(),
  });
  life.events.push(event("created", "user.created", since), event("login-0", "user.login", since + minuteMs));
  for (const [n, day] of localDays(since + dayMs, span.end, "UTC").entries()) {
    if (random.chance(day.weekend ? eagerness * 0.3 : eagerness)) {
      life.events.push(event(`login-${n + 1}`, "user.login", momentOf(day, workingHours, random)));
    }
  }
}

function addProject(life: PlatformLife, plan: AppPlan, span: DemoSpan): void {
  const random = createRandom(`${span.seed}/platform/${plan.id.slice(span.prefix.length)}`);
  const end = plan.deletedAt ?? span.end;
  life.events.push(
    draft(plan, `${plan.id}-created`, "project.created", plan.bornAt, {
      name: plan.firstName,
      template: plan.template,
    }),
  );
  if (plan.renamedAt !== null) {
    life.events.push(draft(plan, `${plan.id}-renamed`, "project.renamed", plan.renamedAt, { name: plan.name }));
  }
  const work: Work = { life, plan, random, end, generations: 0, chats: 0 };
  for (const [age, day] of localDays(plan.bornAt, end, plan.market.timezone).entries()) {
    const isBadDay = day.start <= span.end - badDayBeforeEnd * dayMs && span.end - badDayBeforeEnd * dayMs < day.end;
    if (random.chance(chanceToWork(plan, age, day))) addWorkDay(work, day, age, isBadDay ? 0.45 : 0.08);
    // The assistant in the editor is asked on other days, too.
    const questions = random.poisson((day.weekend ? 1 : 3.6) * plan.effort);
    for (let n = 0; n < questions; n += 1) addChat(work, momentOf(day, workingHours, random));
  }
}

// A new app is worked on daily; later it is looked after now and then.
function chanceToWork({ effort }: AppPlan, age: number, { weekend }: LocalDay): number {
  return Math.min((0.42 + 0.5 * Math.exp(-age / 6)) * effort * (weekend ? 0.35 : 1), 0.97);
}

type Work = { life: PlatformLife; plan: AppPlan; random: Random; end: number; generations: number; chats: number };

function addWorkDay(work: Work, day: LocalDay, age: number, failureRate: number): void {
  const { random } = work;
  const count = 1 + random.poisson(age < 7 ? 2.6 : 1.6);
  let at = Math.max(momentOf(day, workingHours, random), work.plan.bornAt + minuteMs);
  for (let n = 0; n < count; n += 1) {
    at = addGeneration(work, at, failureRate) + random.int(2, 40) * minuteMs;
  }
}

/** Answers when it ended. */
function addGeneration(work: Work, startedAt: number, failureRate: number): number {
  const { life, plan, random } = work;
  work.generations += 1;
  const id = `${plan.id}-g${work.generations}`;
  const fails = random.chance(failureRate);
  life.events.push(draft(plan, `${id}-started`, "generation.started", startedAt, { generationId: id }));
  const at = addGenerationCalls(work, id, startedAt, fails);
  if (fails) {
    const reason = random.pick(["model_error", "invalid_output", "timeout"]);
    life.events.push(draft(plan, `${id}-failed`, "generation.failed", at, { generationId: id, reason }));
    return at;
  }
  const durationMs = at - startedAt;
  life.events.push(draft(plan, `${id}-completed`, "generation.completed", at, { generationId: id, durationMs }));
  return random.chance(0.45) ? addBuild(work, id, at + random.int(5, 300) * 1_000) : at;
}

function addBuild({ life, plan, random }: Work, generationId: string, triggeredAt: number): number {
  const platform = random.pick(["ios", "android"]);
  const metadata = { generationId, platform };
  const endedAt = triggeredAt + Math.ceil(random.logNormal(210_000, 0.4));
  life.events.push(draft(plan, `${generationId}-build`, "build.triggered", triggeredAt, metadata));
  const [suffix, event, more] = random.chance(0.11)
    ? (["failed", "build.failed", { reason: random.pick(["signing", "compile", "out_of_memory"]) }] as const)
    : (["completed", "build.completed", { durationMs: endedAt - triggeredAt }] as const);
  life.events.push(draft(plan, `${generationId}-build-${suffix}`, event, endedAt, { ...metadata, ...more }));
  return endedAt;
}

const opus = "claude-3-opus-20240229";
const sonnet = "claude-3-sonnet-20240229";
const haiku = "claude-3-haiku-20240307";

type Call = { model: string; feature: string; input: number; output: number; tags?: string[] };

// Plan with the small model, think hard now and then, write the code, look it over.
function callsOf(random: Random, fails: boolean): Call[] {
  const code: Call = { model: sonnet, feature: "generation/code", input: 9_000, output: 1_700 };
  const calls: Call[] = [{ model: haiku, feature: "generation/planning", input: 2_600, output: 500 }];
  if (random.chance(0.14))
    calls.push({ model: opus, feature: "generation/architecture", input: 12_000, output: 2_200 });
  const screens = random.int(2, 7);
  for (let n = 0; n < screens; n += 1) calls.push(code);
  calls.push({ model: haiku, feature: "generation/review", input: 7_000, output: 350 });
  return fails ? calls.slice(0, random.int(1, calls.length)) : calls;
}

function addGenerationCalls(work: Work, id: string, startedAt: number, fails: boolean): number {
  let at = startedAt;
  const calls = callsOf(work.random, fails);
  for (const [n, call] of calls.entries()) {
    const isFatal = fails && n === calls.length - 1;
    at = addCall(
      work,
      `${id}-c${n + 1}`,
      at + work.random.int(100, 900),
      { ...call, tags: [`generation:${id}`] },
      isFatal ? "error" : "ok",
    );
  }
  return at + work.random.int(200, 2_000);
}

function addChat(work: Work, at: number): void {
  work.chats += 1;
  const model = work.random.chance(0.7) ? haiku : sonnet;
  const asked = Math.max(at, work.plan.bornAt + minuteMs);
  addCall(work, `${work.plan.id}-q${work.chats}`, asked, { model, feature: "chat", input: 1_500, output: 420 }, "ok");
}

/** Answers when the call ended. */
function addCall(work: Work, requestId: string, at: number, call: Call, status: "ok" | "error"): number {
  const { life, plan, random, end } = work;
  const outputTokens = status === "error" ? random.int(0, 60) : Math.ceil(random.logNormal(call.output, 0.5));
  const durationMs = 400 + outputTokens * random.int(9, 22);
  const endedAt = at + durationMs;
  if (endedAt >= end) return endedAt;
  life.usage.push({
    requestId,
    userId: plan.ownerId,
    projectId: plan.id,
    model: call.model,
    provider: "anthropic",
    inputTokens: Math.ceil(random.logNormal(call.input, 0.55)),
    outputTokens,
    timestamp: new Date(endedAt).toISOString(),
    feature: call.feature,
    ...(call.tags === undefined ? {} : { tags: call.tags }),
    status,
    durationMs,
  });
  return endedAt;
}

function draft(
  plan: AppPlan,
  eventId: string,
  event: string,
  at: number,
  metadata?: Record<string, unknown>,
): PlatformEventDraft {
  return {
    eventId,
    event,
    userId: plan.ownerId,
    projectId: plan.id,
    timestamp: new Date(at).toISOString(),
    ...(metadata === undefined ? {} : { metadata }),
  };
}
