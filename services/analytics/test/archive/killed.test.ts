import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ArchiveWorld, createArchiveWorld, later } from "../support/archive-world.js";

const timeoutMs = 120_000;
const script = fileURLToPath(new URL("../support/archive-process.ts", import.meta.url));

let world: ArchiveWorld;

beforeEach(async () => {
  world = await createArchiveWorld();
  await world.fill();
});

afterEach(() => world.stop());

/** Runs a process till it says that it is at the step for the n-th time, and kills it there. Answers what it said. */
async function killAt(work: "archive" | "restore", step: string, occasion = 1): Promise<string> {
  const args = [world.db.database.url, world.folder, world.clock.now().toISOString(), work, step, String(occasion)];
  const child = spawn(process.execPath, ["--conditions=source", "--import", "tsx", script, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
  });
  const exited = once(child, "exit");
  const [said] = (await Promise.race([once(child.stdout, "data"), exited.then(() => ["nothing"])])) as [unknown];
  child.kill("SIGKILL");
  await exited;
  await connectionsGone();
  return String(said).trim();
}

/** PostgreSQL notices a moment later that the process is gone; till then it holds what the process held. */
async function connectionsGone(): Promise<void> {
  await expect
    .poll(async () => {
      const { rows } = await world.pool.query(
        "select from pg_stat_activity where datname = current_database() and application_name = 'archive-process'",
      );
      return rows.length;
    })
    .toBe(0);
}

/** Each row of then is in the database, or in a file that puts it back, and none is twice. */
async function expectNothingLost(rows: unknown, counts: unknown): Promise<void> {
  await world.db.expectNoDifferences();
  expect(await world.counts()).toEqual(counts);
  await world.restoreAll();
  expect(await world.rows()).toEqual(rows);
  expect(await world.counts()).toEqual(counts);
  await world.db.expectNoDifferences();
}

const steps = ["noted", "exported", "stored", "verified", "removing", "archived"];

describe("an archiver that is killed", () => {
  it.each(steps)(
    "at '%s' has lost nothing, and stored nothing twice",
    async (step) => {
      const [rows, counts] = [await world.rows(), await world.counts()];
      expect(await killAt("archive", step, 2)).toBe("here");
      await expectNothingLost(rows, counts);
    },
    timeoutMs,
  );

  // The first file, of events, and the fourth, of calls.
  it.each(["stored", "verified", "removing"].flatMap((step) => [1, 4].map((occasion) => ({ step, occasion }))))(
    "at $step of file $occasion is made up for by the next run, which leaves no file without its rows",
    async ({ step, occasion }) => {
      const [rows, counts] = [await world.rows(), await world.counts()];
      expect(await killAt("archive", step, occasion)).toBe("here");
      expect((await world.archiver().run())?.postponed).toBe(0);
      const list = await world.store.list();
      expect(list.map(({ state }) => state)).toEqual(list.map(() => "archived"));
      expect((await world.filesOnDisk()).sort()).toEqual(list.map(({ path }) => path.split("/").at(-1)).sort());
      expect(await world.db.count("app_event")).toBe(32);
      await expectNothingLost(rows, counts);
    },
    timeoutMs,
  );
});

describe("a restore that is killed", () => {
  it.each([
    { step: "restoring", occasion: 4 },
    { step: "restored", occasion: 1 },
  ])(
    "at $step of file $occasion has restored whole files, and the next one restores the others",
    async ({ step, occasion }) => {
      const [rows, counts] = [await world.rows(), await world.counts()];
      await world.archiver().run();
      expect(await killAt("restore", step, occasion)).toBe("here");
      const done = step === "restored" ? occasion : occasion - 1;
      expect(await world.store.list({ state: ["restored"] })).toHaveLength(done);
      await expectNothingLost(rows, counts);
    },
    timeoutMs,
  );
});

it(
  "killed at any moment, again and again, ends with every row archived once",
  async () => {
    const [rows, counts] = [await world.rows(), await world.counts()];
    const args = [world.db.database.url, world.folder, later, "archive"];
    for (const ms of [900, 1_100, 1_300, 1_600, 2_000, 2_500]) {
      const child = spawn(process.execPath, ["--conditions=source", "--import", "tsx", script, ...args], {
        stdio: "ignore",
        cwd: fileURLToPath(new URL("../..", import.meta.url)),
      });
      const exited = once(child, "exit");
      const timer = setTimeout(() => child.kill("SIGKILL"), ms);
      await exited;
      clearTimeout(timer);
      await connectionsGone();
      await world.db.expectNoDifferences();
    }
    await world.archiver().run();
    expect(await world.db.count("app_event")).toBe(32);
    await expectNothingLost(rows, counts);
  },
  timeoutMs,
);
