import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, type SchemaElement } from "hyparquet";
import { fileWriter, ParquetWriter } from "hyparquet-writer";
import type { ArchiveColumn, ArchiveRow, ArchiveValue } from "../stores/archive-store.js";

// Encoding a group keeps the event loop from everything else for so long: 5,000 rows take some 50 ms.
const rowsPerGroup = 5_000;

export type ParquetFile = {
  add(rows: readonly ArchiveRow[]): Promise<void>;
  /** SHA-256 over the rows' values: see `readParquet`. */
  finish(): Promise<{ rows: number; rowsHash: string }>;
};

/** Writes rows into a new Parquet file (Snappy), a group of rows at a time. */
export function writeParquet(localFile: string, columns: readonly ArchiveColumn[]): ParquetFile {
  const writer = new ParquetWriter({
    writer: fileWriter(localFile),
    schema: schemaOf(columns),
    createdBy: "mobigen-analytics",
  });
  const hash = createRowsHash();
  let waiting: ArchiveRow[] = [];

  async function writeGroup(): Promise<void> {
    const rows = waiting.slice(0, rowsPerGroup);
    waiting = waiting.slice(rowsPerGroup);
    const columnData = columns.map((column, n) => ({
      name: column.name,
      data: rows.map((row) => toCell(row[n] ?? null, column)),
    }));
    await writer.write({ columnData, rowGroupSize: rowsPerGroup });
    await turn();
  }

  return {
    async add(rows) {
      for (const row of rows) hash.add(row);
      waiting = waiting.concat(rows);
      while (waiting.length >= rowsPerGroup) await writeGroup();
    },
    async finish() {
      if (waiting.length > 0) await writeGroup();
      await writer.finish();
      return hash.end();
    },
  };
}

/** The rows of a Parquet file that `writeParquet` wrote, a group at a time. */
export async function* readParquet(localFile: string, columns: readonly ArchiveColumn[]): AsyncGenerator<ArchiveRow[]> {
  const file = await asyncBufferFromFile(localFile);
  const metadata = await parquetMetadataAsync(file);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const objects = await parquetReadObjects({ file, metadata, rowStart, rowEnd });
    yield objects.map((object) => columns.map((column) => toValue(object[column.name], column)));
    await turn();
    rowStart = rowEnd;
  }
}

/** A number for rows in their order: equal for equal values. */
export function createRowsHash() {
  const hash = createHash("sha256");
  let rows = 0;
  return {
    add(row: ArchiveRow): void {
      rows += 1;
      hash.update(JSON.stringify(row.map((value) => (value instanceof Date ? value.getTime() : value))));
    },
    end: () => ({ rows, rowsHash: hash.digest("hex") }),
  };
}

/** SHA-256 of a file's bytes, in hex, and how many they are. */
export async function hashFile(localFile: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(localFile) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest("hex"), bytes };
}

const elements = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  uuid: { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, logical_type: { type: "UUID" } },
  instant: { type: "INT64", converted_type: "TIMESTAMP_MILLIS" },
  flag: { type: "BOOLEAN" },
  integer: { type: "INT64" },
} as const satisfies Record<ArchiveColumn["type"], Partial<SchemaElement>>;

function schemaOf(columns: readonly ArchiveColumn[]): SchemaElement[] {
  return [
    { name: "root", num_children: columns.length },
    ...columns.map(({ name, type, optional }): SchemaElement => {
      return { ...elements[type], name, repetition_type: optional ? "OPTIONAL" : "REQUIRED" };
    }),
  ];
}

function toCell(value: ArchiveValue, { type }: ArchiveColumn): ArchiveValue | bigint {
  return type === "integer" && typeof value === "number" ? BigInt(value) : value;
}

function toValue(value: unknown, { name, optional }: ArchiveColumn): ArchiveValue {
  if (value === null || value === undefined) {
    if (optional) return null;
    throw new Error(`a row of the file has no ${name}`);
  }
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value instanceof Date) {
    return value;
  }
  throw new Error(`a row of the file has a ${name} of an unknown kind`);
}
