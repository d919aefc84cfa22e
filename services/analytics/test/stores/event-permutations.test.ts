import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { EventStore } from "../../src/stores/event-store.js";
import { eventBatch } from "../support/app-events.js";
import { createEventDatabase, type EventDatabase, eventTables } from "../support/event-database.js";
import { identityOf, type Sent, sentEvent } from "../support/sent-events.js";

let db: EventDatabase;
let replicas: EventStore[];

beforeAll(async () => {
  db = await createEventDatabase();
  replicas = [db.addReplica(), db.addReplica()];
});

afterAll(() => db.drop());

/** The same events, each at least once, some again, in any order; and how they are cut into flushes of two replicas. */
const delivery = fc.uniqueArray(sentEvent, { selector: identityOf, minLength: 1, maxLength: 25 }).chain((events) =>
  fc
    .array(fc.nat(events.length - 1), { maxLength: 12 })
    .chain((again) => {
      const all = [...events.keys(), ...again];
      return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
    })
    .chain((order) =>
      fc.record({
        events: fc.constant(events),
        order: fc.constant(order.map((n) => events[n] as Sent)),
        cuts: fc.array(fc.record({ size: fc.integer({ min: 1, max: 8 }), replica: fc.nat(1) }), {
          minLength: order.length,
          maxLength: order.length,
        }),
      }),
    ),
);

/** A batch a project and bucket of the receipt: what requests would have held. */
function batchesOf(sent: readonly Sent[]) {
  const groups = new Map<string, Sent[]>();
  for (const one of sent) {
    const key = `${one.project}/${one.event.receivedAt}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) =>
    eventBatch(
      db.projectKeys[group[0]?.project ?? 0] as number,
      group.map(({ event }) => event),
    ),
  );
}

/** All of every table, as text. Of the ledger what is stored: how often events came differs by intention. */
async function contents(): Promise<Record<string, string[]>> {
  const tables: Record<string, string[]> = {};
  for (const table of eventTables) {
    const columns = table === "ingestion_ledger" ? "project_key, bucket, stored" : "*";
    const { rows } = await db.pool.query<{ row: string }>(
      `select part::text as row from (select ${columns} from ${table}) as part order by 1`,
    );
    tables[table] = rows.map(({ row }) => row);
  }
  return tables;
}

it("ends the same whatever the order, the cuts and the repeats, at two replicas at once", async () => {
  await fc.assert(
    fc.asyncProperty(delivery, async ({ events, order, cuts }) => {
      await db.empty();
      await db.store.append(batchesOf(events));
      const once = await contents();

      await db.empty();
      const lanes: Sent[][][] = [[], []];
      let from = 0;
      for (const { size, replica } of cuts) {
        const flush = order.slice(from, from + size);
        if (flush.length > 0) lanes[replica]?.push(flush);
        from += size;
      }
      await Promise.all(
        lanes.map(async (flushes, n) => {
          for (const flush of flushes) await replicas[n]?.append(batchesOf(flush));
        }),
      );
      expect(await contents()).toEqual(once);
      await db.expectNoDifferences();
    }),
    { numRuns: 60 },
  );
}, 120_000);
