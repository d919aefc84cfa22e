import { type Command, InvalidArgumentError, Option } from "commander";
import type { Domain } from "../app/domain.js";
import { checkFiles } from "../archive/check-files.js";
import { type RestoredFile, restoreFiles } from "../archive/restore.js";
import type { ArchiveFiles } from "../stores/archive-files.js";
import { type ArchivedFile, archiveKinds } from "../stores/archive-store.js";
import { CommandError } from "./failure.js";
import { printTable, runOnDomain } from "./run.js";
import { toCount } from "./to-count.js";

const defaultKeepDays = 7;
const busy = "Another process archives or restores just now: try again when it is done.";

type Filter = { day?: string; project?: string; kind?: ArchivedFile["kind"] };

/** archive list, run, restore, verify. */
export function addArchiveCommands(program: Command): void {
  const archive = program.command("archive").description("Raw rows past their retention: Parquet files at ARCHIVE_URL");
  filtered(archive.command("list"))
    .description("Every file: what it holds, and whether its rows are in it or in the database")
    .action((filter: Filter) =>
      runOnDomain(async ({ archiveStore }) => {
        printTable((await archiveStore.list(toFilter(filter))).map(toRow), "There is no such file.");
        return 0;
      }),
    );
  archive
    .command("run")
    .description("Archive now what is past its retention; the daily job does the same")
    .action(() =>
      runOnDomain(async (domain) => {
        const report = await domain.archive();
        if ("busy" in report) throw new CommandError(busy);
        console.log(JSON.stringify(report, null, 2));
        return 0;
      }),
    );
  addRestore(archive);
  archive
    .command("verify")
    .description("Read every file to its last row and compare checksums and counts; exit code 1 if anything differs")
    .action(() => runOnDomain(async (domain) => ((await reportFiles(domain)) ? 0 : 1)));
}

/** Reads every file and prints what is wrong. True where nothing is. */
export async function reportFiles({ archiveStore, archiveFiles }: Domain): Promise<boolean> {
  const found = await checkFiles({ store: archiveStore, files: requireFiles(archiveFiles) });
  for (const { file, fault } of found.faults) console.log(`${file.path} ${fault}.`);
  const good = found.files - found.faults.length;
  console.log(`${good} of ${found.files} files are as they were written, ${found.rows} rows in all.`);
  return found.faults.length === 0;
}

function addRestore(archive: Command): void {
  filtered(archive.command("restore [file...]"))
    .description("Put rows back into the database, by the numbers that list shows, or by day, project or kind")
    .option("--keep-days <n>", "how long they stay before they may be archived again", toCount, defaultKeepDays)
    .action((numbers: string[], { keepDays, ...filter }: Filter & { keepDays: number }) =>
      runOnDomain(async ({ archiveStore: store, archiveFiles }) => {
        const keys = numbers.map(toCount);
        if (keys.length === 0 && Object.keys(filter).length === 0) {
          throw new CommandError("Say which: file numbers, --day, --project or --kind.");
        }
        const files = requireFiles(archiveFiles);
        const found = (await store.list(toFilter(filter))).filter(({ key }) => keys.length === 0 || keys.includes(key));
        const restored = await restoreFiles({ store, files, clock: () => new Date() }, found, keepDays);
        if (restored === null) throw new CommandError(busy);
        printTable(restored.map(toOutcome), "There is no such file.");
        return restored.some(({ kind }) => kind === "damaged") ? 1 : 0;
      }),
    );
}

function filtered(command: Command): Command {
  return command
    .option("--day <day>", "of this UTC day (YYYY-MM-DD)", toDay)
    .option("--project <id>", "with rows of this project")
    .addOption(new Option("--kind <kind>", "of this kind").choices(archiveKinds));
}

function toFilter({ day, project, kind }: Filter) {
  return { day, projectId: project, kind };
}

function toDay(text: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError("It must be a day: YYYY-MM-DD.");
  }
  return text;
}

function requireFiles(files: ArchiveFiles | null): ArchiveFiles {
  if (files === null) throw new CommandError("ARCHIVE_URL is not set: say where the files are.");
  return files;
}

function toRow(file: ArchivedFile) {
  return {
    file: file.key,
    kind: file.kind,
    day: file.day ?? "others",
    state: file.state,
    rows: file.rows,
    projects: file.projects,
    bytes: file.bytes,
    sha256: file.sha256?.slice(0, 12) ?? null,
    archived: file.archivedAt?.toISOString() ?? null,
    "kept until": file.keptUntil?.toISOString() ?? null,
    path: file.path,
  };
}

function toOutcome(outcome: RestoredFile) {
  const { file } = outcome;
  const row = { file: file.key, kind: file.kind, day: file.day ?? "others" };
  if (outcome.kind === "damaged") return { ...row, rows: 0, outcome: `not restored: the file ${outcome.fault}` };
  if (outcome.kind === "not_archived") return { ...row, rows: 0, outcome: "its rows are in the database" };
  const erased = outcome.erased === 0 ? "" : `, but ${outcome.erased} of erased actors`;
  return { ...row, rows: outcome.rows, outcome: `restored${erased}` };
}
