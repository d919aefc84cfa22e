import type { Environment } from "./environment.js";
import type { PartReport } from "./report.js";

export type Settings = {
  /** Of a round of those that send events; stored, of those that ask about them. */
  events: number;
  storedEvents: number;
  rounds: number;
  seconds: number;
  seed: number | undefined;
};

type Measured = Pick<PartReport, "rows" | "tables" | "notes" | "failed">;
type Progress = (step: string) => void;

/**
 * One part of the benchmark: measures, against a bound taken in the same run, and says what it saw. One that only computes needs
 * no environment.
 */
export type Part = { title: string } & (
  | { run(environment: Environment, settings: Settings, progress: Progress): Promise<Measured> }
  | { compute(progress: Progress): Measured }
);
