import { createService, type Service } from "../app.js";
import { type Config, loadEnvironment, readConfig } from "../config.js";
import { keepHeapSmall } from "../heap.js";
import { requireFreePort } from "../http/server.js";
import { createLogger, type Logger } from "../logger.js";
import { fillWithDemo } from "./demo.js";
import { explain } from "./failure.js";
import { describeFirstSteps, prepareDemoProject } from "./first-steps.js";

// Requests, flush and database each have their share of it; past it something hangs.
const stopTimeoutMs = 10_000;
const signalExitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

export type StartOptions = { demo?: boolean };

/**
 * Runs the service until SIGTERM or SIGINT, then stops it cleanly; a second signal ends the process at once. What keeps it from
 * starting is one sentence on standard error, and exit code 1.
 */
export async function startService({ demo = false }: StartOptions = {}): Promise<void> {
  const config = readConfigOrExit();
  const pretty = config.environment === "development" && process.stdout.isTTY === true;
  const logger = createLogger({ level: config.logLevel, pretty });
  logger.debug({ environment: config.environment, node: process.version }, "starting");
  const stop = stopOnSignals(logger);
  keepHeapSmall();
  try {
    // Before the database, which takes seconds: a second start by mistake is told at once.
    await requireFreePort(config.port, config.host);
    const service = await createService({ config, logger });
    stop.service = service;
    const { url } = await service.listen();
    if (config.cronEnabled) service.domain.schedule.start();
    service.domain.delivery.start();
    await greet({ config, service, url, demo, signal: stop.signal });
  } catch (error) {
    if (stop.signal.aborted) return;
    console.error(explain(error, config));
    await stop.service?.stop().catch(() => undefined);
    process.exit(1);
  }
}

/** The settings, or every fault of them on standard error and exit code 1. */
export function readConfigOrExit(): Config {
  const result = readConfig(loadEnvironment());
  if (result.kind === "ok") return result.config;
  for (const fault of result.faults) console.error(fault);
  process.exit(1);
}

type Greeting = { config: Config; service: Service; url: string; demo: boolean; signal: AbortSignal };

/** What a person at a terminal wants to know next. Production has logs instead, and no demo project unless asked for. */
async function greet({ config, service, url, demo, signal }: Greeting): Promise<void> {
  const { domain } = service;
  const isProduction = config.environment === "production";
  // Before the demo's data: it is made only while there is no project.
  const project = isProduction ? null : await prepareDemoProject(domain, config.dataDir);
  if (demo) await fillWithDemo(domain, { signal });
  if (isProduction) return;
  console.log(describeFirstSteps({ url, project, needsToken: config.adminToken !== null, now: new Date() }));
}

type Stop = { signal: AbortSignal; service: Service | null };

function stopOnSignals(logger: Logger): Stop {
  const controller = new AbortController();
  const stop: Stop = { signal: controller.signal, service: null };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(signalExitCodes[signal]);
      logger.info({ signal }, "stopping");
      controller.abort(new Error(`stopped by ${signal}`));
      void end(stop, logger);
    });
  }
  return stop;
}

async function end(stop: Stop, logger: Logger): Promise<void> {
  const deadline = setTimeout(() => {
    logger.error("stopping took too long: giving up");
    process.exit(1);
  }, stopTimeoutMs);
  try {
    // Still starting: nothing was promised to anybody yet.
    await stop.service?.stop();
    logger.info("stopped");
    process.exit(0);
  } catch (error) {
    logger.error({ err: error }, "stopping failed");
    process.exit(1);
  } finally {
    clearTimeout(deadline);
  }
}
