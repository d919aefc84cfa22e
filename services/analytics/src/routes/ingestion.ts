import { windowQuerySchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import { projectOf } from "../http/caller.js";
import { parseQuery } from "../http/parse.js";
import { readIngestionLedger } from "../insights/ingestion-ledger.js";
import { resolveWindow } from "../periods.js";
import type { IngestionLedgerStore } from "../stores/ingestion-ledger-store.js";
import type { Clock } from "../types.js";

export type IngestionRoutes = { showLedger: RequestHandler };

const defaultPeriod = "month";

export function createIngestionRoutes(deps: { ledger: IngestionLedgerStore; clock: Clock }): IngestionRoutes {
  const showLedger: RequestHandler = async (req, res) => {
    const window = resolveWindow(parseQuery(windowQuerySchema, req.query), deps.clock(), { defaultPeriod });
    res.json(await readIngestionLedger(deps.ledger, projectOf(res), window));
  };
  return { showLedger };
}
