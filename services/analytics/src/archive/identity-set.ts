import type { ArchivedIdentities } from "../stores/archive-store.js";

const identityBytes = 8;
const firstCapacity = 1_024;

type Group = { projectId: string; day: string; identities: BigUint64Array; count: number };

/** Collects the identities of a file's rows: eight bytes a row, however many there are. */
export function createIdentitySet() {
  const groups = new Map<string, Group>();

  return {
    add({ projectId, day, identity }: { projectId: string; day: string; identity: Buffer }): void {
      const key = `${day}/${projectId}`;
      let group = groups.get(key);
      if (group === undefined) {
        group = { projectId, day, identities: new BigUint64Array(firstCapacity), count: 0 };
        groups.set(key, group);
      }
      if (group.count === group.identities.length) {
        const larger = new BigUint64Array(2 * group.count);
        larger.set(group.identities);
        group.identities = larger;
      }
      group.identities[group.count] = identity.readBigUInt64BE();
      group.count += 1;
    },
    /** Sorted as PostgreSQL sorts bytes. */
    all(): ArchivedIdentities[] {
      return [...groups.values()].map(({ projectId, day, identities, count }) => {
        const bytes = Buffer.allocUnsafe(count * identityBytes);
        const sorted = identities.subarray(0, count).sort();
        for (let n = 0; n < count; n += 1) bytes.writeBigUInt64BE(sorted[n] ?? 0n, n * identityBytes);
        return { projectId, day, identities: bytes };
      });
    },
  };
}
