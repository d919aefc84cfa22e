import type { Adoption, AdoptionDimension, Granularity } from "@mobigen/analytics-contract";
import { timeBoundaries } from "../periods.js";
import type { Adopters, AdoptionStore } from "../stores/adoption-store.js";
import type { InsightStore } from "../stores/insight-store.js";
import { zonesByCountry } from "./countries.js";
import { answerHeader, type InsightQuestion, instant, percentOf } from "./question.js";
import { beginAtData } from "./time-series.js";

export type AdoptionStores = { adoption: AdoptionStore; insights: Pick<InsightStore, "firstEventAt"> };

export type AdoptionAsked = { dimension: AdoptionDimension; granularity: Granularity; limit: number };

/**
 * How the sessions of an app divide among versions, platforms, countries or device models, in all and over time.
 * @throws ApiError invalid_query for more points than periods.ts gives
 */
export async function readAdoption(
  { adoption, insights }: AdoptionStores,
  question: InsightQuestion,
  { dimension, granularity, limit }: AdoptionAsked,
  now: Date,
): Promise<Adoption> {
  const { project, filter } = question;
  const window = await beginAtData(insights, { ...question, granularity }, now);
  const boundaries = timeBoundaries(window, granularity);
  const { items, values, total, series } = await adoption.adoptionOf({
    ...{ projectKey: project.projectKey, boundaries, dimension, filter, limit },
    zones: zonesByCountry(),
  });
  const otherSessions = total.sessions - sessionsOf(items);
  const entries = series.map((entry, n) => ({
    timestamp: instant(boundaries[n] ?? window.from),
    ...entry,
    otherSessions: entry.total.sessions - sessionsOf(entry.items),
    ...((boundaries[n + 1] ?? window.to) > now.getTime() ? { partial: true as const } : {}),
  }));
  return {
    ...answerHeader({ project, window }),
    ...{ dimension, granularity, total },
    items: items.map(({ value, sessions, users, firstSeenAt, lastSeenAt }) => ({
      value: value === "" ? null : value,
      ...{ sessions, users },
      share: percentOf(sessions, total.sessions),
      firstSeenAt: instant(firstSeenAt),
      lastSeenAt: instant(lastSeenAt),
    })),
    other:
      values === items.length
        ? null
        : { values: values - items.length, sessions: otherSessions, share: percentOf(otherSessions, total.sessions) },
    series: window.order === "asc" ? entries : entries.reverse(),
  };
}

function sessionsOf(all: readonly Adopters[]): number {
  return all.reduce((sum, { sessions }) => sum + sessions, 0);
}
