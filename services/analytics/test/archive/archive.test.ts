import { truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkFiles } from "../../src/archive/check-files.js";
import { type ArchiveWorld, createArchiveWorld, dayOne, later } from "../support/archive-world.js";

let world: ArchiveWorld;

beforeEach(async () => {
  world = await createArchiveWorld();
  await world.fill();
});

afterEach(() => world.stop());

const partitions = async (): Promise<string[]> => {
  const { rows } = await world.pool.query<{ relname: string }>(
    "select relname from pg_inherits join pg_class on oid = inhrelid where inhparent = 'app_event'::regclass order by 1",
  );
  return rows.map(({ relname }) => relname);
};

describe("rows past their project's retention", () => {
  it("go to files, day by day, and the others stay; nothing that counts them changes", async () => {
    const [rows, counts] = [await world.rows(), await world.counts()];
    const outcome = await world.archiver().run();
    // Of each project but p3 all 30 events but the one of a clock that is two years ahead; of the calls those with a price.
    const [calls] = (await world.pool.query<{ n: number }>("select count(*) as n from archived_usage")).rows;
    expect(outcome).toMatchObject({ files: 5, rows: 58 + (calls?.n ?? 0), postponed: 0, cleaned: 0 });
    expect(await world.db.count("app_event")).toBe(30 + 2);
    expect((await world.rows()).calls.rows).toBe(rows.calls.rows - (calls?.n ?? 0));
    expect(calls?.n).toBe(25);
    expect(await world.counts()).toEqual(counts);
    expect(await partitions()).toEqual(["app_event_default"]);
    const list = await world.store.list();
    expect(list.map(({ kind, day, state, projects, rows }) => [kind, day, state, projects, rows])).toEqual([
      ["app_event", "2026-01-03", "archived", 2, 30],
      ["app_event", "2026-01-04", "archived", 2, 26],
      ["app_event", null, "archived", 2, 2],
      ["usage_record", "2026-01-03", "archived", expect.any(Number), expect.any(Number)],
      ["usage_record", "2026-01-04", "archived", expect.any(Number), expect.any(Number)],
    ]);
    expect(await world.filesOnDisk()).toHaveLength(5);
    await world.db.expectNoDifferences();
  });

  it("are archived once: another run finds nothing to do", async () => {
    await world.archiver().run();
    expect(await world.archiver().run()).toEqual({ files: 0, rows: 0, bytes: 0, postponed: 0, cleaned: 0 });
  });

  it("stay till the last of their days is over", async () => {
    world.clock.set("2026-04-03T23:59:59Z");
    expect(await world.archiver().run()).toMatchObject({ files: 0 });
    world.clock.set("2026-04-04T00:00:00Z");
    expect((await world.archiver().run())?.files).toBe(2);
    expect(new Set((await world.store.list()).map(({ day }) => day))).toEqual(new Set([dayOne]));
    await world.db.expectNoDifferences();
  });

  it("come back as they were, once, and are not counted again", async () => {
    const [rows, counts] = [await world.rows(), await world.counts()];
    await world.archiver().run();
    expect(await world.rows()).not.toEqual(rows);
    const restored = await world.restoreAll();
    expect(restored?.map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => "restored"));
    expect(await world.rows()).toEqual(rows);
    expect(await world.counts()).toEqual(counts);
    await world.db.expectNoDifferences();
    expect(await world.restoreAll()).toEqual([]);
    const list = await world.store.list();
    expect(list.map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => "restored"));
    expect(await world.db.count("archived_event")).toBe(0);
    expect(await world.db.count("archived_usage")).toBe(0);
  });

  it("stay for the time that a restore asked for, and then are archived again", async () => {
    const rows = await world.rows();
    await world.archiver().run();
    await world.restoreAll();
    world.clock.advance({ days: 6 });
    expect(await world.archiver().run()).toMatchObject({ files: 0 });
    world.clock.advance({ days: 2 });
    expect(await world.archiver().run()).toMatchObject({ files: 5 });
    await world.db.expectNoDifferences();
    await world.restoreAll();
    expect(await world.rows()).toEqual(rows);
  });
});

describe("an event that is sent again when its row is in a file", () => {
  it("is a duplicate, also where a batch comes just as it was, and one that is new is stored", async () => {
    await world.archiver().run();
    const [batch] = world.batches();
    if (batch === undefined) throw new Error("there is no batch");
    const before = await world.rows();
    // As a proxy would that kept it for months: the times are those of then, and `sentAt` says that the clock was off.
    const receivedAt = Date.parse(later);
    const again = batch.events.map((event) => ({ ...event, receivedAt, correctedAt: receivedAt - 1_000 }));
    expect(await world.db.addReplica().append([{ ...batch, receivedAt, events: again }])).toEqual([{ duplicates: 30 }]);
    expect(await world.rows()).toEqual(before);
    const fresh = again.map((event, n) => ({ ...event, occurredAt: event.occurredAt + 1 + n }));
    const mixed = { ...batch, receivedAt, received: 60, events: [...again, ...fresh] };
    expect(await world.db.store.append([mixed])).toEqual([{ duplicates: 30 }]);
    expect((await world.rows()).events.rows).toBe(before.events.rows + 30);
    await world.db.expectNoDifferences();
  });
});

describe("a call that is sent again when its row is in a file", () => {
  it("gets the reply of the first try; other content under its id is a conflict", async () => {
    const records = world.records();
    const before = await world.usage.append(records);
    const counts = await world.counts();
    await world.archiver().run();
    expect(await world.usage.append(records)).toEqual(before);
    const other = records.map((record) => ({ ...record, contentHash: Buffer.alloc(32) }));
    expect((await world.usage.append(other)).map(({ kind }) => kind)).toEqual(records.map(() => "conflict"));
    expect(await world.counts()).toEqual(counts);
    await world.db.expectNoDifferences();
  });
});

describe("the files", () => {
  it("are checked to the last row, and a damaged or missing one is named and not restored", async () => {
    await world.archiver().run();
    expect(await checkFiles(world)).toMatchObject({ files: 5, rows: 83, faults: [] });
    const [first, second, third] = await world.store.list();
    if (first === undefined || second === undefined || third === undefined) throw new Error("files are missing");
    await truncate(path.join(world.folder, first.path), 100);
    await writeFile(path.join(world.folder, second.path), "something else");
    await world.files.remove(third.path);
    const { faults } = await checkFiles(world);
    expect(faults.map(({ file, fault }) => [file.key, fault])).toEqual([
      [first.key, expect.stringMatching(/^is not what was written: 100 of \d+ bytes/)],
      [second.key, expect.stringMatching(/^is not what was written: 14 of \d+ bytes/)],
      [third.key, "is missing"],
    ]);
    const restored = await world.restoreAll();
    expect(restored?.map(({ kind }) => kind)).toEqual(["damaged", "damaged", "damaged", "restored", "restored"]);
    await world.db.expectNoDifferences();
  });

  it("that come back otherwise than they were written remove nothing", async () => {
    const rows = await world.rows();
    const lossy = {
      ...world.files,
      async put(file: string, localFile: string) {
        await world.files.put(file, localFile);
        await truncate(path.join(world.folder, file), 1_000);
      },
    };
    await expect(world.archiver({ files: lossy }).run()).rejects.toThrow(/read back, is not what was written/);
    expect(await world.rows()).toEqual(rows);
    expect(await world.filesOnDisk()).toEqual([]);
    expect(await world.store.list()).toEqual([]);
  });

  it("are given up when their rows change before they are removed; the next run takes the rows as they are", async () => {
    let changes = 1;
    const archiver = world.archiver({
      async onStep(step, file) {
        if (step !== "verified" || changes === 0) return;
        changes -= 1;
        expect(file.day).toBe(dayOne);
        await world.pool.query(
          "delete from app_event where event_id = (select event_id from app_event_20260103 limit 1)",
        );
      },
    });
    expect(await archiver.run()).toMatchObject({ postponed: 1 });
    expect(await world.filesOnDisk()).toHaveLength(4);
    expect(await world.archiver().run()).toMatchObject({ files: 1, postponed: 0 });
  });

  it("wait for no reader for long: what is in the way is left for another run", async () => {
    const reader = await world.pool.connect();
    try {
      await reader.query("begin");
      await reader.query("set local idle_in_transaction_session_timeout = 0");
      await reader.query("select from app_event limit 1");
      const outcome = await world.archiver().run();
      expect(outcome?.postponed).toBeGreaterThan(0);
    } finally {
      await reader.query("commit");
      reader.release();
    }
    expect(await world.archiver().run()).toMatchObject({ postponed: 0 });
    expect(await partitions()).toEqual(["app_event_default"]);
    await world.db.expectNoDifferences();
  }, 60_000);

  it("are written by one process at a time", async () => {
    const outcomes: unknown[] = [];
    const archiver = world.archiver({
      async onStep(step) {
        if (step === "noted") outcomes.push(await world.archiver().run(), await world.restoreAll());
      },
    });
    expect(await archiver.run()).toMatchObject({ files: 5 });
    expect(new Set(outcomes)).toEqual(new Set([null]));
  });
});
