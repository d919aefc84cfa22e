import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { ArchiveFileMissingError, type ArchiveFiles } from "../stores/archive-files.js";
import type { ArchivedFile, ArchivedIdentities, ArchivePart, ArchiveSource } from "../stores/archive-store.js";
import { createIdentitySet } from "./identity-set.js";
import { createRowsHash, hashFile, readParquet, writeParquet } from "./parquet-file.js";

/** A folder of its own for the work, gone afterwards. */
export async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "mobigen-archive-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Exports the rows into a local Parquet file. */
export async function exportFile(
  source: ArchiveSource,
  day: ArchivedFile["day"],
  parts: readonly ArchivePart[],
  localFile: string,
) {
  const file = writeParquet(localFile, source.columns);
  const summary = await source.export(day, parts, (rows) => file.add(rows));
  const { rows, rowsHash } = await file.finish();
  if (rows !== summary.rows) throw new Error(`${rows} rows were exported of ${summary.rows}`);
  return { summary, rowsHash, ...(await hashFile(localFile)) };
}

type Contents = { rows: number; rowsHash: string; identities: ArchivedIdentities[] };

/** What a file holds by its own account, read to its last row. */
async function readBack(source: ArchiveSource, localFile: string): Promise<Contents> {
  const hash = createRowsHash();
  const identities = createIdentitySet();
  for await (const rows of readParquet(localFile, source.columns)) {
    for (const row of rows) {
      hash.add(row);
      if (source.identityOf !== undefined) identities.add(source.identityOf(row));
    }
  }
  return { ...hash.end(), identities: identities.all() };
}

/** `fault` is the rest of a sentence about the file. */
export type Fetched = { kind: "good"; contents: Contents } | { kind: "bad"; fault: string };

/** Fetches a file, reads all of it, and holds it against what is known of it. */
export async function fetchChecked(
  files: ArchiveFiles,
  source: ArchiveSource,
  file: ArchivedFile,
  localFile: string,
): Promise<Fetched> {
  try {
    await files.get(file.path, localFile);
  } catch (error) {
    if (error instanceof ArchiveFileMissingError) return { kind: "bad", fault: "is missing" };
    throw error;
  }
  const { sha256, bytes } = await hashFile(localFile);
  if (sha256 !== file.sha256) {
    return { kind: "bad", fault: `is not what was written: ${bytes} of ${file.bytes} bytes, SHA-256 ${sha256}` };
  }
  const contents = await readBack(source, localFile);
  if (contents.rows === file.rows) return { kind: "good", contents };
  return { kind: "bad", fault: `has ${contents.rows} rows instead of ${file.rows}` };
}
