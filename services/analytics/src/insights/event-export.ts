import { type ExportFormat, exportedEventSchema } from "@mobigen/analytics-contract";
import { stringify } from "csv-stringify/sync";
import type { EventExportStore, ExportPage } from "../stores/event-export-store.js";
import type { StoredEvent } from "../stores/timeline-event.js";
import { toExportedEvent } from "./exported-event.js";
import type { InsightQuestion } from "./question.js";

export type EventExport = {
  fileName: string;
  /** Events of the project that are in archive files alone, of the days that the period touches. */
  archivedEvents: number;
  /** The file, a page of events at a time; empty texts where a page has none. Throws where the database does. */
  chunks: AsyncIterable<string>;
};

/**
 * Raw events as a file, oldest first, each once. The first page is read already, so that what is wrong from the beginning is told before a
 * byte is sent. Events that are stored meanwhile are in it if their time is not yet passed.
 */
export async function openExport(
  store: EventExportStore,
  { project, window, filter }: InsightQuestion,
  format: ExportFormat,
): Promise<EventExport> {
  const archivedEvents = await store.archivedIn(project.id, window);
  const first = await store.page(project.projectKey, window, filter, null);
  return {
    fileName: `${project.id.replace(/[^\w.-]+/g, "_")}-events-${dayOf(window.from)}-${dayOf(window.to)}.${format}`,
    archivedEvents,
    chunks: writePages(first, format, (after) => store.page(project.projectKey, window, filter, after)),
  };
}

type ReadPage = (after: NonNullable<ExportPage["next"]>) => Promise<ExportPage>;

async function* writePages(first: ExportPage, format: ExportFormat, read: ReadPage): AsyncIterable<string> {
  const write = format === "csv" ? toCsv : toLines;
  if (format === "csv") yield toRecords([columns]);
  for (let page = first; ; page = await read(page.next)) {
    // Also where it is empty: so whoever reads can stop the walk.
    yield write(page.events);
    if (page.next === null) return;
  }
}

function toLines(events: readonly StoredEvent[]): string {
  return events.map((event) => `${JSON.stringify(toExportedEvent(event))}\n`).join("");
}

const columns = exportedEventSchema.keyof().options;

function toCsv(events: readonly StoredEvent[]): string {
  return toRecords(events.map(toRecord));
}

function toRecord(event: StoredEvent): (string | null)[] {
  const exported = toExportedEvent(event);
  return columns.map((column) => {
    const value = exported[column];
    if (typeof value === "boolean") return String(value);
    return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
  });
}

// RFC 4180. A sheet would take a text for a formula that begins as one does: it gets a ' before it.
function toRecords(records: (string | null)[][]): string {
  return stringify(records, { record_delimiter: "\r\n", quoted_match: /[\r\n]/, escape_formulas: true });
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
