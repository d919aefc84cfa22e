import { DateTime } from "luxon";
import { type AppKind, appKinds } from "./app-kinds.js";
import { appNames, markets, ownerNames, templates } from "./catalog.js";
import { createRandom, type Random } from "./random.js";

const dayMs = 24 * 3_600_000;
const hourMs = 3_600_000;

// Together they make some 4,000 app events a day over 36 apps.
const installsPerAppAndDay = 1.7;

export type DemoScale = { projects: number; days: number; seed: string };

export const defaultScale: DemoScale = { projects: 36, days: 90, seed: "mobigen" };

/** From when to when there is data (milliseconds), and what sets one demo's ids apart from another's. */
export type DemoSpan = { start: number; end: number; days: number; prefix: string; seed: string };

export type Release = { version: string; build: string; at: number };

/** One generated app and how its life goes. */
export type AppPlan = {
  id: string;
  name: string;
  /** What it was called at first. */
  firstName: string;
  kind: AppKind;
  market: (typeof markets)[keyof typeof markets];
  ownerId: string;
  template: string;
  bornAt: number;
  renamedAt: number | null;
  deletedAt: number | null;
  /** Oldest first. */
  releases: Release[];
  /** New installs on a day, on average; `age` in days since birth. */
  installsAt(age: number): number;
  /** How busily its owner works on it; 1 is usual. */
  effort: number;
};

/** A day as the people of a time zone live it. */
export type LocalDay = { start: number; end: number; weekend: boolean };

/** The prefix tells demos of other scales apart, for their events lie at other times. */
export function demoPrefix(scale: DemoScale): string {
  const { projects, days, seed } = defaultScale;
  const isDefault = scale.projects === projects && scale.days === days && scale.seed === seed;
  return isDefault ? "demo" : `demo-${createRandom(JSON.stringify(scale)).uuid().slice(0, 6)}`;
}

/** The id of the first app. It was born when the data begins: so a later run finds the same span again. */
export function firstAppId(prefix: string): string {
  return appId(prefix, 0);
}

/** The same apps for the same span, whatever happened in between. */
export function planApps(span: DemoSpan, count: number): AppPlan[] {
  return Array.from({ length: count }, (_, n) => planApp(span, n));
}

export function ownerIds(prefix: string): string[] {
  return ownerNames.map((name) => `${prefix}-user-${slug(name)}`);
}

/** The days of a time zone from the one that holds `from` to the one that holds `to`. */
export function localDays(from: number, to: number, timezone: string): LocalDay[] {
  const days: LocalDay[] = [];
  let day = DateTime.fromMillis(from, { zone: timezone }).startOf("day");
  while (day.toMillis() < to) {
    const next = day.plus({ days: 1 }).startOf("day");
    days.push({ start: day.toMillis(), end: next.toMillis(), weekend: day.weekday > 5 });
    day = next;
  }
  return days;
}

/** A moment of a day, by the weights of its hours. */
export function momentOf(day: LocalDay, hours: readonly number[], random: Random): number {
  const hour = random.weighted(hours.map((weight, n) => [n, weight] as const));
  return day.start + Math.floor((hour + random.next()) * hourMs);
}

function planApp(span: DemoSpan, n: number): AppPlan {
  const [name, kindName, marketName] = appNames[n % appNames.length] ?? ["App", "tools", "uk"];
  const random = createRandom(`${span.seed}/plan/${n}`);
  const owners = ownerIds(span.prefix);
  // The large ones are the early ones, mostly.
  const bornDay = n === 0 ? 0 : span.days * 0.85 * random.next() ** (n < 8 ? 4 : 1.4);
  const bornAt = Math.floor(span.start + bornDay * dayMs);
  const life = (span.end - bornAt) / dayMs;
  const rename = n % 11 === 5 && life > 20 ? bornAt + Math.floor(0.4 * life * dayMs) : null;
  const size = (installsPerAppAndDay * 4.2) / (n + 1.5) ** 0.6;
  return {
    id: appId(span.prefix, n),
    name: nameOf(n),
    firstName: rename === null ? nameOf(n) : `${name} Beta`,
    kind: appKinds[kindName],
    market: markets[marketName],
    ownerId: n < owners.length ? (owners[n] ?? "") : random.pick(owners),
    template: random.pick(templates),
    bornAt,
    renamedAt: rename,
    deletedAt: n % 17 === 16 && life > 30 ? bornAt + Math.floor(0.7 * life * dayMs) : null,
    releases: planReleases(bornAt, span.end, random),
    installsAt: planGrowth(size, life, random),
    effort: random.logNormal(1, 0.4),
  };
}

function planReleases(bornAt: number, end: number, random: Random): Release[] {
  const releases: Release[] = [];
  let [minor, patch, at] = [0, 0, bornAt];
  while (at < end) {
    releases.push({ version: `1.${minor}.${patch}`, build: String(100 + releases.length * 7), at });
    if (random.chance(0.35)) patch += 1;
    else [minor, patch] = [minor + 1, 0];
    at += Math.floor(random.logNormal(12, 0.5) * dayMs);
  }
  return releases;
}

function planGrowth(size: number, life: number, random: Random): (age: number) => number {
  const launch = (age: number): number => 1 + 2 * Math.exp(-age / 3);
  const hit = { at: random.next() * life, height: random.logNormal(4, 0.5) };
  const shapes: readonly (readonly [(age: number) => number, number])[] = [
    [(age) => 0.5 + (1.6 * age) / Math.max(life, 30), 5],
    [() => 1, 4],
    [(age) => 1.6 * Math.exp(-age / 45), 2],
    // Somebody well known speaks of it, and a week later it is nearly as before.
    [(age) => 0.7 + 0.3 * Number(age > hit.at) + hit.height * Math.exp(-(((age - hit.at) / 2) ** 2)), 2],
  ];
  const shape = random.weighted(shapes);
  return (age) => size * launch(age) * shape(age);
}

function appId(prefix: string, n: number): string {
  return `${prefix}-${slug(nameOf(n))}`;
}

function nameOf(n: number): string {
  const round = Math.floor(n / appNames.length);
  const name = appNames[n % appNames.length]?.[0] ?? "App";
  return round === 0 ? name : `${name} ${round + 1}`;
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}
