import type { EventRow } from "../../src/stores/event-store.js";
import { toInstant } from "../../src/types.js";

/** Rows a chunk: some 100 KB, more than a socket takes at once. */
const rowsPerChunk = 256;

/** Rows in COPY's text format, in the order of `copyColumns`: the bound that ingestion is held against. */
export function* encodeTextRows(rows: readonly EventRow[]): Generator<Buffer> {
  for (let start = 0; start < rows.length; start += rowsPerChunk) {
    let text = "";
    for (const row of rows.slice(start, start + rowsPerChunk)) text += encodeRow(row);
    yield Buffer.from(text);
  }
}

function encodeRow({ event, projectKey, nameKey, deviceKey }: EventRow): string {
  const columns = [
    toInstant(event.occurredAt),
    toInstant(event.receivedAt),
    event.correctedAt === null ? null : toInstant(event.correctedAt),
    projectKey,
    nameKey,
    deviceKey,
    event.isBot,
    event.actor?.kind === "user",
    event.eventId,
    event.sessionId,
    event.actor?.id ?? null,
    event.country,
    event.eventIdText,
    event.properties?.replaceAll("\\", "\\\\") ?? null,
  ];
  return `${columns.map((column) => column ?? "\\N").join("\t")}\n`;
}
