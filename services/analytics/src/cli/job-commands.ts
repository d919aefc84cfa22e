import { Argument, type Command } from "commander";
import { toCount } from "./data-commands.js";
import { CommandError } from "./failure.js";
import { printTable, runOnDomain } from "./run.js";

const jobNames = ["hourly", "daily", "weekly"] as const;
const defaultRuns = 20;

export function addJobCommands(program: Command): void {
  const jobs = program.command("jobs").description("The hourly, daily and weekly jobs");
  jobs
    .command("list")
    .description("The latest runs: when, how long, what came of it")
    .option("--limit <n>", "how many", toCount, defaultRuns)
    .action(({ limit }) =>
      runOnDomain(async ({ runs }) => {
        const rows = (await runs.list({ job: null, limit })).map((run) => ({
          job: run.job,
          window: run.windowStart.toISOString(),
          started: run.startedAt.toISOString(),
          ms: run.finishedAt === null ? null : run.finishedAt.getTime() - run.startedAt.getTime(),
          outcome: run.error ?? (run.finishedAt === null ? "running" : JSON.stringify(run.outcome)),
        }));
        printTable(rows, "No job has run yet.");
        return 0;
      }),
    );
  jobs
    .command("run")
    .description("Run a job's last window now")
    .addArgument(new Argument("<job>").choices(jobNames))
    .option("--again", "although it ran before")
    .action((name: string, { again = false }) =>
      runOnDomain(async ({ schedule }) => {
        const job = schedule.jobs.find((candidate) => candidate.name === name);
        if (job === undefined) throw new CommandError(`There is no job "${name}".`);
        const result = await schedule.runNow(job, { again });
        if (result.kind === "failed") throw new CommandError(`The job failed: ${result.error}`);
        console.log(
          result.kind === "taken"
            ? "That window ran before: --again runs it once more."
            : JSON.stringify(result.outcome, null, 2),
        );
        return 0;
      }),
    );
}
