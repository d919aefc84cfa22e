import { SingleBar } from "cli-progress";
import type { DemoPhase, DemoProgress } from "./fill-demo.js";

const linesPerPhase = 4;

export type ProgressDisplay = { show: (progress: DemoProgress) => void; stop: () => void };

/** Shows each phase of the demo: a bar that moves on a terminal, else a plain line at every quarter. */
export function createProgressDisplay(output: NodeJS.WriteStream): ProgressDisplay {
  return output.isTTY ? createBars(output) : createLines(output);
}

function createBars(stream: NodeJS.WriteStream): ProgressDisplay {
  let shown: { phase: DemoPhase; bar: SingleBar } | undefined;
  const stop = (): void => {
    shown?.bar.stop();
    shown = undefined;
  };
  return {
    show({ phase, done, total, rows }) {
      if (shown?.phase !== phase) {
        stop();
        const format = `${phase.padEnd(16)} {bar} {percentage}% · {stored} stored`;
        const bar = new SingleBar({ format, stream, hideCursor: true, barCompleteChar: "█", barIncompleteChar: "░" });
        bar.start(total, done, { stored: grouped(rows) });
        shown = { phase, bar };
      }
      shown.bar.update(done, { stored: grouped(rows) });
    },
    stop,
  };
}

function createLines(output: NodeJS.WriteStream): ProgressDisplay {
  let last = "";
  return {
    show({ phase, done, total, rows }) {
      const quarter = total === 0 ? linesPerPhase : Math.floor((done / total) * linesPerPhase);
      const line = `${phase}/${quarter}`;
      if (quarter === 0 || line === last) return;
      last = line;
      output.write(`demo: ${phase} ${quarter * (100 / linesPerPhase)}%, ${grouped(rows)} stored\n`);
    },
    stop: () => undefined,
  };
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
