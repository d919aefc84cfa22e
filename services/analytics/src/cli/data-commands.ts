import type { Command } from "commander";
import { defaultModel, describeLoad, loadUsage } from "../load-usage.js";
import { defaultMaxShown, formatVerifyReport, verify } from "../verify.js";
import { reportFiles } from "./archive-commands.js";
import { fillWithDemo } from "./demo.js";
import { runCommand, runOnDomain } from "./run.js";
import { toCount } from "./to-count.js";

/** migrate, verify, load-usage and demo. */
export function addDataCommands(program: Command): void {
  program
    .command("migrate")
    .description("Bring the database to this version's tables; a start does the same")
    .action(() =>
      runOnDomain(async ({ applied }) => {
        console.log(applied.length === 0 ? "The database is up to date." : `Applied: ${applied.join(", ")}.`);
        return 0;
      }),
    );
  program
    .command("verify")
    .description(
      "Recompute every rollup and receipt from the raw rows and print what differs; exit code 1 if anything does",
    )
    .option("--show <n>", "differences to print of each table", toCount, defaultMaxShown)
    .option("--archive", "read every file of the archive as well")
    .action(({ show: maxShown, archive = false }) =>
      runOnDomain(async (domain) => {
        const report = await verify(domain.verifyStore, { maxShown });
        console.log(formatVerifyReport(report));
        const isArchiveWhole = !archive || (await reportFiles(domain));
        return report.clean && isArchiveWhole ? 0 : 1;
      }),
    );
  addLoadUsage(program);
  program
    .command("demo")
    .description("Fill 90 days of made-up data for a few dozen projects; again, nothing is added")
    .option("--projects <n>", "how many apps", toCount)
    .option("--days <n>", "how many days up to now", toCount)
    .action((options: { projects?: number; days?: number }) =>
      runOnDomain(async (domain) => {
        await fillWithDemo(domain, options);
        return 0;
      }),
    );
}

function addLoadUsage(program: Command): void {
  program
    .command("load-usage <file>")
    .description("Send a trace (CSV: TIMESTAMP,ContextTokens,GeneratedTokens) to a running service as usage records")
    .option("--url <url>", "where the service answers (default: PUBLIC_URL, or this machine's PORT)")
    .option("--token <token>", "a token with the scope platform:write (default: ADMIN_TOKEN)")
    .option("--user <id>", "whose calls they are", "load-usage")
    .option("--project <id>", "the project they are for")
    .option("--model <name>", "which model was called", defaultModel)
    .option("--keep-times", "send the times of the file instead of now")
    .action((file: string, options) =>
      runCommand(async (config) => {
        const summary = await loadUsage({
          file,
          url: options.url ?? config.publicUrl,
          token: options.token ?? config.adminToken ?? undefined,
          userId: options.user,
          projectId: options.project,
          model: options.model,
          keepTimes: options.keepTimes,
        });
        console.log(describeLoad(summary));
        if (summary.firstFailure !== undefined) console.error(summary.firstFailure);
        return summary.failed === 0 ? 0 : 1;
      }),
    );
}
