import { pipeline } from "node:stream/promises";
import { type ExportFormat, exportMediaTypes, exportQuerySchema } from "@mobigen/analytics-contract";
import type { RequestHandler, Response } from "express";
import { ApiError } from "../errors.js";
import { projectOf } from "../http/caller.js";
import { parseQuery } from "../http/parse.js";
import { type EventExport, openExport } from "../insights/event-export.js";
import { readQuestion } from "../insights/question.js";
import type { EventExportStore } from "../stores/event-export-store.js";
import type { Clock } from "../types.js";

/** Each has a page of events in memory, and keeps a connection to the database busy while it reads the next. */
export const maxExportsAtOnce = 3;
const retryAfterSeconds = 10;
// Of a client that takes nothing: its place is needed.
const usualStallMs = 60_000;

export type EventExportRoutes = { download: RequestHandler };

export type EventExportDeps = { store: EventExportStore; clock: Clock; stallMs?: number | undefined };

/** Raw events as files. */
export function createEventExportRoutes({ store, clock, stallMs = usualStallMs }: EventExportDeps): EventExportRoutes {
  let running = 0;
  return {
    async download(req, res) {
      const { format = "ndjson", ...query } = parseQuery(exportQuerySchema, req.query);
      const question = readQuestion(projectOf(res), query, clock());
      if (running >= maxExportsAtOnce) throw tooMany();
      running += 1;
      try {
        const file = await openExport(store, question, format);
        describeFile(res, file, format);
        if (req.method === "HEAD") res.end();
        else await send(file, res, stallMs);
      } finally {
        running -= 1;
      }
    },
  };
}

function tooMany(): ApiError {
  return new ApiError("overloaded", `${maxExportsAtOnce} exports are being written already. Try again.`, {
    headers: { "Retry-After": String(retryAfterSeconds) },
  });
}

function describeFile(res: Response, { fileName, archivedEvents }: EventExport, format: ExportFormat): void {
  res.setHeader("Content-Type", exportMediaTypes[format]);
  res.setHeader("Content-Disposition", `attachment; filename="${fileName}"`);
  res.setHeader("Cache-Control", "no-store");
  res.setHeader("X-Archived-Events", String(archivedEvents));
}

/** As fast as the client takes it. What fails on the way cuts the connection before the last chunk: the file is not whole. */
async function send({ chunks }: EventExport, res: Response, stallMs: number): Promise<void> {
  res.setTimeout(stallMs, () => {
    if (res.writableNeedDrain) res.destroy();
  });
  try {
    await pipeline(chunks, res);
  } catch (error) {
    // Whoever hung up needs no reply.
    if (!isHangUp(error)) throw error;
  }
}

function isHangUp(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";
}
