/** The port of rows that leave the database for files, and come back. */

export const archiveKinds = ["app_event", "usage_record"] as const;
export type ArchiveKind = (typeof archiveKinds)[number];

/** See the table `archive`: what `state` says of where the rows are. */
export type ArchiveState = "writing" | "verified" | "archived" | "restored";

/** A UTC day, `YYYY-MM-DD`; null for the app events of days that had no partition of their own. */
export type ArchiveDay = string | null;

export type ArchivedFile = {
  key: number;
  kind: ArchiveKind;
  day: ArchiveDay;
  path: string;
  state: ArchiveState;
  rows: number;
  bytes: number | null;
  sha256: string | null;
  projects: number;
  firstAt: Date;
  lastAt: Date;
  createdAt: Date;
  archivedAt: Date | null;
  restoredAt: Date | null;
  keptUntil: Date | null;
};

/** The rows of a project that belong to a file: those that count by a time before the cutoff. Project '' is none. */
export type ArchivePart = { projectId: string; rows: number; cutoff: Date };

/** What was exported, and what must still be there when the rows are removed. */
export type ExportSummary = {
  rows: number;
  /** PostgreSQL's own hash over the rows, as text. */
  digest: string;
  firstAt: Date;
  lastAt: Date;
  /** The last moments of each part's rows: by the time that they count by, and by that of their arrival. */
  parts: (ArchivePart & { lastCountedAt: Date; lastReceivedAt: Date })[];
};

export type ArchiveColumn = {
  name: string;
  type: "text" | "uuid" | "instant" | "flag" | "integer";
  optional?: true;
};

/** A row's values in the order of the columns; text for text and uuid. */
export type ArchiveValue = string | number | boolean | Date | null;
export type ArchiveRow = readonly ArchiveValue[];

/** The identities of one project and day: eight bytes each, sorted, side by side. */
export type ArchivedIdentities = { projectId: string; day: string; identities: Buffer };

export type VerifiedFile = { bytes: number; sha256: string; summary: ExportSummary; identities: ArchivedIdentities[] };

/** `changed`: the rows are not those of the file any more. `busy`: a long reader is in the way. Nothing was removed then. */
export type RemoveOutcome = "removed" | "changed" | "busy";

/** `not_archived`: its rows are in the database, or the file is not known. */
export type RestoreOutcome = { kind: "restored"; rows: number; erased: number } | { kind: "not_archived" };

/** One kind of rows. */
export type ArchiveSource = {
  kind: ArchiveKind;
  columns: readonly ArchiveColumn[];
  /** Days that may have rows past their retention at `now`, oldest first. Days restored a short while ago are left out. */
  dueDays(now: Date): Promise<ArchiveDay[]>;
  /** What of a day is past its retention, by project. */
  partsOf(day: ArchiveDay, now: Date): Promise<ArchivePart[]>;
  /** Hands out the parts' rows, some thousands at a time, in one snapshot. */
  export(
    day: ArchiveDay,
    parts: readonly ArchivePart[],
    onRows: (rows: ArchiveRow[]) => Promise<void>,
  ): Promise<ExportSummary>;
  /** What tells whether an archived row is sent again, where its id alone does not. */
  identityOf?(row: ArchiveRow): { projectId: string; day: string; identity: Buffer };
  /**
   * Takes the rows of verified files out of the database, if they are still what was exported, and marks the files archived: one
   * transaction. `beforeCommit` is called when all is done but that.
   */
  remove(
    day: ArchiveDay,
    files: readonly number[],
    at: Date,
    beforeCommit: () => Promise<void>,
  ): Promise<RemoveOutcome>;
  /** Puts the rows of an archived file back, counted nowhere again, and marks it restored: one transaction. */
  restore(
    file: number,
    rows: AsyncIterable<ArchiveRow[]>,
    when: { at: Date; keptUntil: Date },
    beforeCommit: () => Promise<void>,
  ): Promise<RestoreOutcome>;
};

export type ArchiveStore = {
  sources: readonly ArchiveSource[];
  /** Runs the work while nobody else archives or restores; null, at once, when somebody does. */
  alone<Result>(work: () => Promise<Result>): Promise<Result | null>;
  /** Notes a file that is about to be written; its path begins with `folder` and ends with `name`. */
  begin(file: { kind: ArchiveKind; day: ArchiveDay; folder: string; name: string; at: Date }): Promise<ArchivedFile>;
  markVerified(file: number, verified: VerifiedFile, at: Date): Promise<void>;
  /** Before a file is deleted whose rows are in the database: it is `writing` again. */
  abandon(file: number): Promise<void>;
  /** After it was deleted. */
  forget(file: number): Promise<void>;
  /** Oldest day first. */
  list(filter?: {
    state?: readonly ArchiveState[];
    kind?: ArchiveKind | undefined;
    day?: string | undefined;
    projectId?: string | undefined;
  }): Promise<ArchivedFile[]>;
};
