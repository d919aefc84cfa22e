import path from "node:path";
import type { ArchiveFiles } from "../stores/archive-files.js";
import type { ArchivedFile, ArchiveStore } from "../stores/archive-store.js";
import type { Clock } from "../types.js";
import { fetchChecked, inFolder } from "./archive-file.js";
import { readParquet } from "./parquet-file.js";

const dayMs = 24 * 3_600_000;

export type RestoredFile = { file: ArchivedFile } & (
  | { kind: "restored"; rows: number; erased: number }
  /** Its rows are in the database already. */
  | { kind: "not_archived" }
  | { kind: "damaged"; fault: string }
);

export type RestoreDeps = {
  store: ArchiveStore;
  files: ArchiveFiles;
  clock: Clock;
  onStep?: (step: "restoring" | "restored", file: ArchivedFile) => Promise<void> | void;
};

/**
 * Puts the rows of archived files back into the database, where the archiver leaves them alone for `keepDays`. Each file is one
 * transaction, so that its rows are in one place at any time. Nothing is counted again: rollups, sessions and actors never left.
 * Null when another process archives or restores.
 */
export function restoreFiles(
  { store, files, clock, onStep = () => undefined }: RestoreDeps,
  wanted: readonly ArchivedFile[],
  keepDays: number,
): Promise<RestoredFile[] | null> {
  async function restoreFile(file: ArchivedFile): Promise<RestoredFile> {
    const source = store.sources.find(({ kind }) => kind === file.kind);
    if (source === undefined || file.state !== "archived") return { file, kind: "not_archived" };
    return inFolder(async (work) => {
      const localFile = path.join(work, "fetched.parquet");
      const fetched = await fetchChecked(files, source, file, localFile);
      if (fetched.kind === "bad") return { file, kind: "damaged", fault: fetched.fault };
      const at = clock();
      const when = { at, keptUntil: new Date(at.getTime() + keepDays * dayMs) };
      const rows = readParquet(localFile, source.columns);
      const outcome = await source.restore(file.key, rows, when, async () => onStep("restoring", file));
      if (outcome.kind === "restored") await onStep("restored", file);
      return { file, ...outcome };
    });
  }

  return store.alone(async () => {
    const restored: RestoredFile[] = [];
    for (const file of wanted) restored.push(await restoreFile(file));
    return restored;
  });
}
