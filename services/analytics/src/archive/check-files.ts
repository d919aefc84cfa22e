import path from "node:path";
import type { ArchiveFiles } from "../stores/archive-files.js";
import type { ArchivedFile, ArchiveStore } from "../stores/archive-store.js";
import { fetchChecked, inFolder } from "./archive-file.js";

export type FileFault = { file: ArchivedFile; fault: string };

/** Reads every file whose rows are nowhere else, to its last row, and holds it against the checksum and count of its time. */
export async function checkFiles(
  { store, files }: { store: ArchiveStore; files: ArchiveFiles },
  onFile: (file: ArchivedFile) => void = () => undefined,
): Promise<{ files: number; rows: number; faults: FileFault[] }> {
  const sourceOf = new Map(store.sources.map((source) => [source.kind, source]));
  const all = await store.list({ state: ["archived"] });
  const faults: FileFault[] = [];
  for (const file of all) {
    const source = sourceOf.get(file.kind);
    if (source === undefined) continue;
    const fetched = await inFolder((work) => fetchChecked(files, source, file, path.join(work, "fetched.parquet")));
    if (fetched.kind === "bad") faults.push({ file, fault: fetched.fault });
    onFile(file);
  }
  return { files: all.length, rows: all.reduce((sum, { rows }) => sum + rows, 0), faults };
}
