import type { Actors, ActorTimeline, Erasure, Page } from "@mobigen/analytics-contract";
import { insightPages, projectPath } from "./insight";
import { pathOf, request, urlOf } from "./request";

export type ActorFilter = { search?: string | undefined; kind?: string | undefined };

const actorsAtOnce = 100;
const eventsAtOnce = 100;

/** Who acted in the app, last seen first. */
export function actorsQuery(projectId: string, filter: ActorFilter) {
  return insightPages<Actors>(projectId, "actors", { limit: actorsAtOnce, ...filter });
}

/** One actor with their events, the newest first; days begin in the zone `tz`. */
export function actorTimelineQuery(projectId: string, actorId: string, tz: string) {
  return insightPages<ActorTimeline>(projectId, actorPath(actorId), { limit: eventsAtOnce, tz });
}

/** Where a browser gets all that is known of an actor, as a file. */
export function actorExportUrl(projectId: string, actorId: string): string {
  return urlOf(`${projectPath(projectId, actorPath(actorId))}/export`, { format: "json" });
}

/** Deletes everything of an actor, for good. */
export function eraseActor(projectId: string, actorId: string): Promise<Erasure> {
  return request(projectPath(projectId, actorPath(actorId)), { method: "DELETE" });
}

/** What was deleted, the newest first. */
export function erasuresQuery(projectId: string) {
  return insightPages<Page<Erasure>>(projectId, "erasures", { limit: actorsAtOnce });
}

function actorPath(actorId: string): string {
  return pathOf("actors/:actorId", { actorId });
}
