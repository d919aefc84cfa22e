import { createHash } from "node:crypto";

const identityBytes = 8;

/** What stays of an archived event, beside its project and day: of a million others of that day, none has it by chance (1 in 10^13). */
export function hashIdentity(occurredAt: number, eventId: string): Buffer {
  return createHash("sha256").update(`${occurredAt}/${eventId}`).digest().subarray(0, identityBytes);
}

export function utcDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
