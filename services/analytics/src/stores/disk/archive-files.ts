import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { ArchiveFileMissingError, type ArchiveFiles } from "../archive-files.js";

/** Files below a directory, which is made where it is missing. */
export function createDiskFiles(directory: string): ArchiveFiles {
  const placeOf = (file: string): string => path.join(directory, ...file.split("/"));

  return {
    place: directory,
    async put(file, localFile) {
      const target = placeOf(file);
      await mkdir(path.dirname(target), { recursive: true });
      // Under its name it is whole: a reader, or a copy that runs meanwhile, never sees half of it.
      await pipeline(createReadStream(localFile), createWriteStream(partOf(target)));
      await syncToDisk(partOf(target));
      await rename(partOf(target), target);
      await syncToDisk(path.dirname(target));
    },
    async get(file, localFile) {
      try {
        await pipeline(createReadStream(placeOf(file)), createWriteStream(localFile));
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") {
          throw new ArchiveFileMissingError(file, error);
        }
        throw error;
      }
    },
    async remove(file) {
      await rm(placeOf(file), { force: true });
      await rm(partOf(placeOf(file)), { force: true });
    },
    close: () => undefined,
  };
}

function partOf(target: string): string {
  return `${target}.part`;
}

async function syncToDisk(target: string): Promise<void> {
  const handle = await open(target, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
