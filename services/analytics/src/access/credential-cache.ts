import { LRUCache } from "lru-cache";
import { createBatcher } from "../batcher.js";

// What was asked longer ago is asked again before it is believed: a revocation holds on every replica within this time.
const believedForMs = 10_000;
// From this age on an answer is still believed, and asked again beside the request.
const freshForMs = 4_000;
const maxFound = 10_000;
// Strangers' guesses have a small cache of their own, so that they can't push out those who belong here.
const unknownTtlMs = 2_000;
const maxUnknown = 1_000;

/** The answers by hash (base64); a hash without an answer is left out. */
export type LookUp<Found> = (hashes: readonly string[]) => Promise<ReadonlyMap<string, Found>>;

export type CredentialCache<Found> = {
  /** What the look-up said at most 10 s ago, else what it says now. Questions that come together share one look-up. */
  find(hash: Uint8Array): Promise<Found | null>;
  /** Forgets everything: called where a credential was revoked or changed. */
  clear(): void;
};

/** Spares the database a question for each request. Look-ups that fail are not kept. */
export function createCredentialCache<Found extends object>(lookUp: LookUp<Found>): CredentialCache<Found> {
  const found = new LRUCache<string, { answer: Found; askedAt: number }>({ max: maxFound });
  const unknown = new LRUCache<string, true>({ max: maxUnknown, ttl: unknownTtlMs });
  const lookUps = createBatcher(lookUp);
  let generation = 0;

  async function ask(name: string): Promise<Found | null> {
    const asked = generation;
    const askedAt = performance.now();
    const answer = (await lookUps.ask(name)) ?? null;
    // An answer from before a revocation must not outlive it.
    if (asked !== generation) return answer;
    if (answer === null) {
      found.delete(name);
      unknown.set(name, true);
    } else found.set(name, { answer, askedAt });
    return answer;
  }

  return {
    find: async (hash) => {
      const name = Buffer.from(hash).toString("base64");
      const known = found.get(name);
      const age = known === undefined ? Number.POSITIVE_INFINITY : performance.now() - known.askedAt;
      if (known !== undefined && age < believedForMs) {
        // A failure shows when the answer is no longer believed.
        if (age > freshForMs) ask(name).catch(() => undefined);
        return known.answer;
      }
      return unknown.has(name) ? null : ask(name);
    },
    clear: () => {
      generation += 1;
      found.clear();
      unknown.clear();
      lookUps.forget();
    },
  };
}
