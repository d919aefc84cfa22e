import type { Environment } from "./environment.js";
import type { PartReport } from "./report.js";

export type Settings = { events: number; rounds: number; seconds: number };

/** One part of the benchmark: measures, against a bound taken in the same run, and says what it saw. */
export type Part = {
  title: string;
  run(
    environment: Environment,
    settings: Settings,
    progress: (step: string) => void,
  ): Promise<Pick<PartReport, "rows" | "notes">>;
};
