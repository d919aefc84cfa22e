import { hash, randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { idKey } from "../../src/ingestion/ids.js";
import type { EventStore } from "../../src/stores/event-store.js";
import { createErasureStore } from "../../src/stores/postgres/erasure-store.js";
import { appEvent, eventBatch } from "../support/app-events.js";
import { type ArchiveWorld, createArchiveWorld, dayOne, dayTwo, later } from "../support/archive-world.js";
import { countDeadlocks } from "../support/event-database.js";

let world: ArchiveWorld;

beforeEach(async () => {
  world = await createArchiveWorld();
  await world.fill();
});

afterEach(() => world.stop());

it("archives and restores beside writers to the same days without a dead-lock, and no event is lost or there twice", async () => {
  const deadlocks = await countDeadlocks(world.pool);
  const replicas = [world.db.addReplica(), world.db.addReplica()];
  const receivedAt = Date.parse(later);
  const sent = new Set<string>();
  let isDone = false;
  const writers = [0, 1, 2, 3].map(async (writer) => {
    for (let round = 0; round < 25; round += 1) {
      const events = Array.from({ length: 20 }, (_, n) => {
        // Of now, and, from clocks that are off, of the days that are being archived; writers share ids.
        const id = (round * 7 + n) % 60;
        const at = n % 2 === 0 ? receivedAt - id * 1_000 : Date.parse(dayOne) + id * 1_000;
        sent.add(`${id}/${at}`);
        const correctedAt = n % 2 === 0 ? null : receivedAt - id * 1_000;
        return appEvent({ eventId: `late-${id}`, at, receivedAt, correctedAt, sessionId: `late-${id % 5}` });
      });
      await (replicas[writer % 2] as EventStore).append([eventBatch(world.db.projectKeys[0] as number, events)]);
    }
  });
  const archiving = (async () => {
    while (!isDone) {
      await world.archiver().run();
      await world.restoreAll();
      world.clock.advance({ days: 8 });
    }
  })();
  await Promise.all(writers);
  isDone = true;
  await archiving;
  expect(await countDeadlocks(world.pool)).toBe(deadlocks);
  const { rows } = await world.pool.query<{ rows: number; identities: number }>(
    "select count(*) as rows, count(distinct (project_key, occurred_at, event_id)) as identities from app_event",
  );
  expect(rows).toEqual([{ rows: 90 + sent.size, identities: 90 + sent.size }]);
  await world.db.expectNoDifferences();
}, 120_000);

it("does not bring back what an actor did who was erased meanwhile, and stops to count it", async () => {
  await world.archiver().run();
  const projectKey = world.db.projectKeys[0] ?? 0;
  const actorHash = hash("sha256", "actor-1", "hex");
  const at = world.clock.now();
  const receipt = await createErasureStore(world.pool).erase({
    ...{ projectKey, actorKey: idKey("actor-1").uuid, actorHash, id: randomUUID(), at, requestedBy: "test" },
    audit: { at, actor: "test", action: "actor.erase", target: actorHash, detail: {} },
  });
  // Their events are in files, so that sessions and rollups still count them.
  expect(receipt).toMatchObject({ events: 0, sessions: 0, activeDays: 1 });
  expect(receipt).toMatchObject({ archivedDays: [{ day: dayTwo }, { day: null }] });
  await world.db.expectNoDifferences();
  const restored = await world.restoreAll();
  // Of 30 events those of numbers 1, 7, 13 and 19, for each fifth has no actor.
  expect(restored?.reduce((sum, outcome) => sum + (outcome.kind === "restored" ? outcome.erased : 0), 0)).toBe(4);
  expect(await world.db.count("app_event")).toBe(90 - 4);
  await world.db.expectNoDifferences();
  expect(
    await world.db.count(`session where actor_id = '${idKey("actor-1").uuid}' and project_key = ${projectKey}`),
  ).toBe(0);
});

it("deletes the rows of a day, and keeps its partition, where many others stay longer", async () => {
  const stays = Array.from({ length: 10_500 }, (_, n) =>
    appEvent({ eventId: `stays-${n}`, at: Date.parse(dayOne) + n, sessionId: "long" }),
  );
  await world.db.store.append([eventBatch(world.db.projectKeys[2] as number, stays)]);
  const rows = await world.rows();
  expect(await world.archiver().run()).toMatchObject({ files: 5, rows: 83 });
  expect(await world.db.count("app_event_20260103")).toBe(10_500 + 15);
  await world.db.expectNoDifferences();
  await world.restoreAll();
  expect(await world.rows()).toEqual(rows);
}, 60_000);
