import type { Domain } from "../app/domain.js";
import { fillDemo } from "../demo/fill-demo.js";
import { createProgressDisplay } from "../demo/progress.js";

export type FillOptions = { signal?: AbortSignal; projects?: number; days?: number };

/** Fills the demo's data with a progress bar on standard error, and says what came of it. */
export async function fillWithDemo(domain: Domain, options: FillOptions): Promise<void> {
  const display = createProgressDisplay(process.stderr);
  try {
    const { events, ensurePartitions, tracker, projectStore: projects } = domain;
    const outcome = await fillDemo(
      { events, ensurePartitions, tracker, projects },
      { now: new Date(), onProgress: display.show, ...options },
    );
    display.stop();
    await domain.metrics.invalidate();
    console.error(
      `demo: ${outcome.projects} projects; stored ${outcome.appEvents} app events, ${outcome.platformEvents} platform events, ${outcome.usageRecords} LLM calls.`,
    );
  } finally {
    display.stop();
  }
}
