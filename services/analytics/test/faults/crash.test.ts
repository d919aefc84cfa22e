import { expect, it } from "vitest";
import { runCrash } from "../../bench/crash/crash-run.js";
import { kinds } from "../../bench/crash/notebook.js";

const seconds = 45;
const seed = 3;
/** The run, its clients' last retries, the comparison, and a machine that runs every other test beside it. */
const timeoutMs = 300_000;

// The same as `npm run bench -- crash`, shorter and always with the same faults in the same order.
it(
  "keeps what it acknowledged, once, while replicas, PostgreSQL and Redis are killed and paused",
  async () => {
    const lines: string[] = [];
    const report = await runCrash({ seconds, seed, log: (line) => void lines.push(line) });
    expect(report.faults, lines.join("\n")).toEqual([]);
    expect([report.lost, report.twice, report.uninvited]).toEqual([0, 0, 0]);
    for (const kind of kinds)
      expect([kind, report.counts[kind].acknowledged]).toEqual([kind, expect.toSatisfy(isMany)]);
    for (const [sabotage, times] of Object.entries(report.sabotages)) {
      expect([sabotage, times]).toEqual([sabotage, expect.toSatisfy(isSome)]);
    }
    expect(report.requests.retried).toBeGreaterThan(0);
  },
  timeoutMs,
);

const isMany = (count: number): boolean => count > 100;
const isSome = (count: number): boolean => count > 0;
