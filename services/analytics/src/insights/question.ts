import type { InsightWindowQuery } from "@mobigen/analytics-contract";
import { invalidQuery } from "../errors.js";
import { type ResolvedWindow, resolveWindow } from "../periods.js";
import type { EventFilter, PropertyFilter } from "../stores/insight-filter.js";
import type { KeyProject } from "../types.js";
import { timezonesOf } from "./countries.js";

export type InsightProject = Pick<KeyProject, "projectKey" | "id" | "timezone">;

/** A question about one app: whose, when, and of what. */
export type InsightQuestion = {
  project: InsightProject;
  window: ResolvedWindow;
  /** No beginning was asked for: the window's is the earliest time there is. */
  isOfAllTime: boolean;
  filter: EventFilter;
};

export const defaultPeriod = "30d";

/** The parameters that questions share; each takes those of its own schema. */
export type InsightQuery = InsightWindowQuery & {
  platform?: string | undefined;
  version?: string | undefined;
  country?: string | undefined;
  type?: string | undefined;
  name?: string | undefined;
  property?: string | string[] | undefined;
};

/** @throws ApiError invalid_query, where resolveWindow does and for a country that is not there. */
export function readQuestion(project: InsightProject, query: InsightQuery, now: Date): InsightQuestion {
  return {
    project,
    window: resolveWindow({ ...query, tz: query.tz ?? project.timezone }, now, { defaultPeriod }),
    isOfAllTime: query.period === "all" || (query.from === undefined && query.to !== undefined),
    filter: readFilter(query),
  };
}

/** What every answer begins with. */
export function answerHeader({ project, window }: Pick<InsightQuestion, "project" | "window">) {
  return {
    projectId: project.id,
    period: window.label,
    timezone: window.tz,
    from: instant(window.from),
    to: instant(window.to),
  };
}

/** As the brief prints it: without milliseconds that are zero. */
export function instant(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

/** Percent to two decimals; 0 of nothing. */
export function percentOf(part: number, whole: number): number {
  return whole === 0 ? 0 : roundTo((part / whole) * 100, 2);
}

export function roundTo(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  // Adding zero turns -0 into 0.
  return Math.round(value * scale) / scale + 0;
}

export function readFilter(query: InsightQuery): EventFilter {
  const { platform, version, country, type, name, property } = query;
  const properties = (typeof property === "string" ? [property] : (property ?? [])).map(readProperty);
  return {
    ...(platform === undefined ? {} : { platform }),
    ...(version === undefined ? {} : { version }),
    ...(country === undefined ? {} : { timezones: zonesOf(country) }),
    ...(type === undefined ? {} : { type }),
    ...(name === undefined ? {} : { name }),
    ...(properties.length === 0 ? {} : { properties }),
  };
}

/** True where nothing narrows by device: what rollups can answer. */
export function isOfAllDevices({ platform, version, timezones }: EventFilter): boolean {
  return platform === undefined && version === undefined && timezones === undefined;
}

// The schema has seen to the colon; what stands before the first one is the key.
function readProperty(text: string): PropertyFilter {
  const end = text.indexOf(":");
  return { key: text.slice(0, end), value: text.slice(end + 1) };
}

function zonesOf(country: string): string[] {
  const zones = timezonesOf(country);
  if (zones.length === 0) throw invalidQuery("country", "is none that a time zone tells");
  return zones;
}
