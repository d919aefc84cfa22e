import { readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { databaseUser } from "./embedded-home.js";

const connectTimeoutMs = 2_000;
// postmaster.pid: the fourth line is the port.
const portLine = 3;

/**
 * Where the embedded PostgreSQL of a service that runs on this folder answers, for commands that work beside it; null when
 * none does.
 */
export async function findRunningPostgres(dataDir: string): Promise<string | null> {
  const [pidFile, password] = await Promise.all([
    readFile(path.join(dataDir, "postgres", "postmaster.pid"), "utf8").catch(() => ""),
    readFile(path.join(dataDir, "postgres-password"), "utf8").catch(() => ""),
  ]);
  const port = Number(pidFile.split("\n")[portLine]);
  if (!(port > 0) || password === "") return null;
  const url = `postgresql://${databaseUser}:${password}@127.0.0.1:${port}/mobigen`;
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return url;
  } catch {
    // A stale file, or a server that ends: there is nothing to join.
    return null;
  } finally {
    await client.end().catch(() => undefined);
  }
}
