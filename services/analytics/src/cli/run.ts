import { type Domain, openDomain } from "../app/domain.js";
import type { Config } from "../config.js";
import { createLogger } from "../logger.js";
import { explain } from "./failure.js";
import { readConfigOrExit } from "./start.js";

/** Who the audit log names for what is done here. */
export const actor = "command line";

/**
 * Runs a command on the database of the settings, beside a service that runs or without one. Its result is the exit code. What
 * goes wrong is one sentence on standard error and exit code 1.
 */
export async function runOnDomain(
  command: (domain: Domain, config: Config) => Promise<number | undefined>,
): Promise<void> {
  await runCommand(async (config) => {
    // Lines of a command are its own output; the log is for what went wrong.
    const logger = createLogger({
      level: config.logLevel === "info" ? "warn" : config.logLevel,
      pretty: false,
      to: "stderr",
    });
    const domain = await openDomain({ config, logger, clock: () => new Date(), join: true });
    try {
      return await command(domain, config);
    } finally {
      await domain.close();
    }
  });
}

/** The same for a command that needs no database of its own. */
export async function runCommand(command: (config: Config) => Promise<number | undefined>): Promise<void> {
  const config = readConfigOrExit();
  try {
    process.exitCode = (await command(config)) ?? 0;
  } catch (error) {
    console.error(explain(error));
    process.exitCode = 1;
  }
}

/** Rows under their headings, aligned; a sentence when there are none. */
export function printTable(rows: readonly Readonly<Record<string, string | number | null>>[], whenEmpty: string): void {
  const [first] = rows;
  if (first === undefined) {
    console.log(whenEmpty);
    return;
  }
  const columns = Object.keys(first);
  const cells = rows.map((row) => columns.map((column) => String(row[column] ?? "-")));
  const lines = [columns.map((column) => column.toUpperCase()), ...cells];
  const widths = columns.map((_, n) => Math.max(...lines.map((line) => line[n]?.length ?? 0)));
  for (const line of lines)
    console.log(
      line
        .map((cell, n) => cell.padEnd(widths[n] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}
