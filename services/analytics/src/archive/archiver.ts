import path from "node:path";
import type { ArchiveFiles } from "../stores/archive-files.js";
import type {
  ArchiveDay,
  ArchivedFile,
  ArchivePart,
  ArchiveSource,
  ArchiveStore,
  RemoveOutcome,
} from "../stores/archive-store.js";
import type { Clock } from "../types.js";
import { exportFile, fetchChecked, inFolder } from "./archive-file.js";

/** A project with fewer rows of a day shares a file with others: thousands of tiny files cost more than they hold. */
export const rowsOfOwnFile = 50_000;

/** Days with nothing left to do are passed over quickly; others take seconds to minutes each. The next run goes on. */
const maxDaysPerRun = 2_000;

/** Where a run is; what it awaits may take its time. */
export type ArchiveStep = "noted" | "exported" | "stored" | "verified" | "removing" | "archived";

export type ArchiveOutcome = {
  files: number;
  rows: number;
  bytes: number;
  /** Files whose rows changed under them, or were in somebody's way: the next run tries again. */
  postponed: number;
  /** Files without a row behind them that were left by a run that was ended, and deleted. */
  cleaned: number;
};

export type ArchiverDeps = {
  store: ArchiveStore;
  files: ArchiveFiles;
  clock: Clock;
  onStep?: (step: ArchiveStep, file: ArchivedFile) => Promise<void> | void;
};

export type Archiver = {
  /** Archives all that is past its retention. Null when another process is at it. Ends early, between two files, when aborted. */
  run(signal?: AbortSignal): Promise<ArchiveOutcome | null>;
};

/**
 * Rows go in this order: the file's row is written; the file is written, stored, fetched again, counted and hashed; it is marked
 * verified; then its rows are removed and it is marked archived in one transaction. Whoever is ended between two of these leaves
 * rows that are in the database, or in a verified file, and the next run goes on from there.
 */
export function createArchiver({ store, files, clock, onStep = () => undefined }: ArchiverDeps): Archiver {
  async function discard(file: ArchivedFile): Promise<void> {
    await store.abandon(file.key);
    await files.remove(file.path);
    await store.forget(file.key);
  }

  /** The file, stored and verified; null where what came back is not what was written. */
  async function writeFile(source: ArchiveSource, day: ArchiveDay, parts: readonly ArchivePart[]) {
    const folder = `${source.kind}/${day === null ? "other-days" : `day=${day}`}`;
    const file = await store.begin({ kind: source.kind, day, folder, name: nameOf(parts), at: clock() });
    await onStep("noted", file);
    return inFolder(async (work) => {
      const [written, fetched] = [path.join(work, "written.parquet"), path.join(work, "fetched.parquet")];
      const { summary, rowsHash, sha256, bytes } = await exportFile(source, day, parts, written);
      await onStep("exported", file);
      if (summary.rows === 0) {
        await discard(file);
        return null;
      }
      await files.put(file.path, written);
      await onStep("stored", file);
      const stored = { ...file, sha256, bytes, rows: summary.rows };
      const back = await fetchChecked(files, source, stored, fetched);
      if (back.kind === "bad" || back.contents.rowsHash !== rowsHash) {
        await discard(file);
        throw new Error(`${file.path}, read back, ${back.kind === "bad" ? back.fault : "has other rows"}`);
      }
      const { identities } = back.contents;
      await store.markVerified(file.key, { bytes, sha256, summary, identities }, clock());
      await onStep("verified", stored);
      return stored;
    });
  }

  /** Removes the rows of verified files of a day; those whose rows changed are deleted. */
  async function removeRows(source: ArchiveSource, day: ArchiveDay, verified: readonly ArchivedFile[]) {
    const keys = verified.map((file) => file.key);
    const [last] = verified;
    const step = async (name: ArchiveStep) => (last === undefined ? undefined : onStep(name, last));
    const outcome = await source.remove(day, keys, clock(), () => step("removing"));
    if (outcome === "changed") for (const file of verified) await discard(file);
    if (outcome === "removed") await step("archived");
    return outcome;
  }

  /** What an ended run left: files that are worth nothing, and verified ones whose rows are still here. */
  async function finishLeftovers(outcome: ArchiveOutcome): Promise<void> {
    for (const file of await store.list({ state: ["writing"] })) {
      await discard(file);
      outcome.cleaned += 1;
    }
    for (const source of store.sources) {
      const left = await store.list({ state: ["verified"], kind: source.kind });
      for (const file of left) {
        const fetched = await inFolder((work) => fetchChecked(files, source, file, path.join(work, "fetched.parquet")));
        if (fetched.kind === "good") count(outcome, [file], await removeRows(source, file.day, [file]));
        else await discard(file);
      }
    }
  }

  async function archiveDay(
    source: ArchiveSource,
    day: ArchiveDay,
    outcome: ArchiveOutcome,
    signal: AbortSignal | undefined,
  ): Promise<RemoveOutcome> {
    const verified: ArchivedFile[] = [];
    for (const parts of groupIntoFiles(await source.partsOf(day, clock()))) {
      if (signal?.aborted === true) break;
      const file = await writeFile(source, day, parts);
      if (file !== null) verified.push(file);
    }
    // Without a file too: a day that is empty may have a partition to drop.
    const removed = await removeRows(source, day, verified);
    count(outcome, verified, removed);
    return removed;
  }

  async function run(signal: AbortSignal | undefined): Promise<ArchiveOutcome> {
    const outcome: ArchiveOutcome = { files: 0, rows: 0, bytes: 0, postponed: 0, cleaned: 0 };
    await finishLeftovers(outcome);
    for (const source of store.sources) {
      for (const day of (await source.dueDays(clock())).slice(0, maxDaysPerRun)) {
        if (signal?.aborted === true) return outcome;
        // Who is in the way of one day is in the way of all.
        if ((await archiveDay(source, day, outcome, signal)) === "busy") break;
      }
    }
    return outcome;
  }

  return { run: (signal) => store.alone(() => run(signal)) };
}

function count(outcome: ArchiveOutcome, verified: readonly ArchivedFile[], removed: RemoveOutcome): void {
  if (removed !== "removed") {
    outcome.postponed += verified.length;
    return;
  }
  outcome.files += verified.length;
  for (const { rows, bytes } of verified) {
    outcome.rows += rows;
    outcome.bytes += bytes ?? 0;
  }
}

/** A file for each project with many rows, and one for all the others together. */
export function groupIntoFiles(parts: readonly ArchivePart[]): ArchivePart[][] {
  const large = parts.filter(({ rows }) => rows >= rowsOfOwnFile).map((part) => [part]);
  const small = parts.filter(({ rows }) => rows > 0 && rows < rowsOfOwnFile);
  return small.length === 0 ? large : [...large, small];
}

const maxNameLength = 60;

function nameOf(parts: readonly ArchivePart[]): string {
  const [first, ...more] = parts;
  if (first === undefined || more.length > 0) return `${parts.length}-projects.parquet`;
  const id = first.projectId.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, maxNameLength);
  return `${id === "" ? "no-project" : id}.parquet`;
}
