import { LRUCache } from "lru-cache";

// A revocation holds on every replica within this time, plus one look-up.
const foundTtlMs = 5_000;
const maxFound = 10_000;
// Strangers' guesses have a small cache of their own, so that they can't push out those who belong here.
const unknownTtlMs = 2_000;
const maxUnknown = 1_000;

export type CredentialCache<Found> = {
  /** What the look-up said at most 5 s ago, else what it says now. Concurrent questions share one look-up. */
  find(hash: Uint8Array): Promise<Found | null>;
  /** Forgets everything: called where a credential was revoked or changed. */
  clear(): void;
};

/** Spares the database a question for each request. Look-ups that fail are not kept. */
export function createCredentialCache<Found extends object>(
  lookUp: (hash: Uint8Array) => Promise<Found | null>,
): CredentialCache<Found> {
  const found = new LRUCache<string, Found>({ max: maxFound, ttl: foundTtlMs });
  const unknown = new LRUCache<string, true>({ max: maxUnknown, ttl: unknownTtlMs });
  const underWay = new Map<string, Promise<Found | null>>();
  let generation = 0;

  return {
    async find(hash) {
      const name = Buffer.from(hash).toString("base64");
      const known = found.get(name);
      if (known !== undefined) return known;
      if (unknown.has(name)) return null;
      const pending = underWay.get(name);
      if (pending !== undefined) return pending;
      const asked = ask(name, hash).finally(() => underWay.delete(name));
      underWay.set(name, asked);
      return asked;
    },
    clear() {
      generation += 1;
      found.clear();
      unknown.clear();
      underWay.clear();
    },
  };

  async function ask(name: string, hash: Uint8Array): Promise<Found | null> {
    const asked = generation;
    const answer = await lookUp(hash);
    // An answer from before a revocation must not outlive it.
    if (asked !== generation) return answer;
    if (answer === null) unknown.set(name, true);
    else found.set(name, answer);
    return answer;
  }
}
