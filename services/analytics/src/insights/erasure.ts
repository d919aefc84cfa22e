import { hash, randomUUID } from "node:crypto";
import type { Erasure, Page, PageQuery } from "@mobigen/analytics-contract";
import { readPage } from "../cursor.js";
import { notFound, overloaded } from "../errors.js";
import { idKey } from "../ingestion/ids.js";
import type { ErasureRow, ErasureStore } from "../stores/erasure-store.js";
import type { Clock } from "../types.js";
import { type InsightProject, instant } from "./question.js";

/** SHA-256 of an actor's id, in hex digits: what receipts and the audit log have in place of it. */
export function hashOf(actorId: string): string {
  return hash("sha256", actorId, "hex");
}

/**
 * Deletes an actor with all that their events count for, and answers the receipt. See docs/decisions/0025 for what stays.
 * @throws ApiError not_found; overloaded where flushes or the archive stood in the way for seconds
 */
export async function eraseActor(
  store: ErasureStore,
  project: InsightProject,
  actorId: string,
  { requestedBy, clock }: { requestedBy: string; clock: Clock },
): Promise<Erasure> {
  const [id, at, actorHash] = [randomUUID(), clock(), hashOf(actorId)];
  const row = await store.erase({
    ...{ projectKey: project.projectKey, actorKey: idKey(actorId).uuid, actorHash, id, at, requestedBy },
    audit: {
      ...{ at, actor: requestedBy, action: "actor.erase", target: `${project.id}/${actorHash}` },
      detail: { erasure: id },
    },
  });
  if (row === null) throw notFound("actor", actorId);
  if (row === "busy") throw overloaded("The actor could not be erased just now: nothing was deleted. Try again.");
  return toErasure(row);
}

/** A page of receipts, newest first. @throws ApiError invalid_query */
export function readErasures(store: ErasureStore, project: InsightProject, query: PageQuery): Promise<Page<Erasure>> {
  return readPage(
    query,
    (after, limit) => store.list(project.projectKey, { before: after?.[0] ?? null, limit }),
    (row) => [row.erasureKey, 0],
    toErasure,
  );
}

function toErasure({ erasureKey: _, ...row }: ErasureRow): Erasure {
  return {
    ...row,
    erasedAt: instant(row.erasedAt.getTime()),
    firstSeenAt: instant(row.firstSeenAt.getTime()),
    lastSeenAt: instant(row.lastSeenAt.getTime()),
  };
}
