#!/usr/bin/env node
import { Command } from "commander";
import { addAccessCommands } from "./cli/access-commands.js";
import { addActorCommands } from "./cli/actor-commands.js";
import { addArchiveCommands } from "./cli/archive-commands.js";
import { addBudgetCommands } from "./cli/budget-commands.js";
import { addDataCommands } from "./cli/data-commands.js";
import { addJobCommands } from "./cli/job-commands.js";
import { addMessageCommands } from "./cli/message-commands.js";
import { addPriceCommands } from "./cli/price-commands.js";
import { addReportCommands } from "./cli/report-commands.js";
import { startService } from "./cli/start.js";
import { readVersion } from "./version.js";

const program = new Command("analytics")
  .description("Mobigen Analytics: platform usage, cost, and events of mobile apps")
  .version(readVersion())
  .showHelpAfterError("Add --help to see what there is.")
  .addHelpText("after", "\nSettings come from the environment, and in development from .env: see .env.example.");

program
  .command("start")
  .description("Run the service until Ctrl-C")
  .option("--demo", "fill 90 days of made-up data first")
  .action((options: { demo?: boolean }) => startService(options));
addAccessCommands(program);
addActorCommands(program);
addDataCommands(program);
addPriceCommands(program);
addBudgetCommands(program);
addJobCommands(program);
addReportCommands(program);
addMessageCommands(program);
addArchiveCommands(program);

await program.parseAsync();
