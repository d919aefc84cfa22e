import { defaultRetentionDays } from "@mobigen/analytics-contract";
import { type ArchiveOutcome, createArchiver } from "../archive/archiver.js";
import type { Config } from "../config.js";
import type { Logger } from "../logger.js";
import type { ArchiveFiles } from "../stores/archive-files.js";
import { createDiskFiles } from "../stores/disk/archive-files.js";
import { createArchiveStore } from "../stores/postgres/archive-store.js";
import type { Clock } from "../types.js";

export type ArchivePartsDeps = {
  pool: Parameters<typeof createArchiveStore>[0];
  config: Pick<Config, "archive" | "acceptPastDays">;
  clock: Clock;
  logger: Pick<Logger, "debug">;
};

/** What a run comes to, as the job's row and the command show it. */
export type ArchiveReport = ArchiveOutcome | { off: string } | { busy: true };

/** Rows past their retention on their way to files and back. Without ARCHIVE_URL there are no files, and no row is removed. */
export async function createArchiveParts({ pool, config, clock, logger }: ArchivePartsDeps) {
  const rules = { acceptPastDays: config.acceptPastDays, defaultRetentionDays };
  const archiveStore = createArchiveStore(pool, rules);
  const archiveFiles = await openFiles(config.archive);
  return {
    ...{ archiveStore, archiveFiles },
    async archive(signal?: AbortSignal): Promise<ArchiveReport> {
      if (archiveFiles === null) return { off: "ARCHIVE_URL is not set: no raw row is removed" };
      const onStep = (step: string, { path }: { path: string }) => logger.debug({ step, path }, "archive");
      const archiver = createArchiver({ store: archiveStore, files: archiveFiles, clock, onStep });
      return (await archiver.run(signal)) ?? { busy: true };
    },
  };
}

async function openFiles(place: Config["archive"]): Promise<ArchiveFiles | null> {
  if (place === null) return null;
  if (place.kind === "disk") return createDiskFiles(place.directory);
  // Amazon's SDK takes 0.3 s and 24 MB, which nobody pays who has no bucket.
  const { createS3Files } = await import("../stores/s3/archive-files.js");
  return createS3Files(place);
}
