import { type CrashReport, runCrash } from "../crash/crash-run.js";
import { kinds } from "../crash/notebook.js";
import type { Part } from "../part.js";
import type { Row, Table } from "../report.js";

const maxSeed = 1_000_000;
const maxShownFaults = 20;
const maxShownLength = 2_000;

/** Brings its own PostgreSQL and Redis, for it breaks them. */
export const crash: Part = {
  title: "Crashes: three replicas, PostgreSQL and Redis killed and paused at random",
  async run(_environment, settings, progress) {
    const seed = settings.seed ?? Math.floor(Math.random() * maxSeed);
    progress(`seed ${seed} (the same faults again: --seed ${seed})`);
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, abort);
    try {
      const report = await runCrash({ seconds: settings.seconds, seed, log: progress, signal: controller.signal });
      for (const fault of report.faults.slice(0, maxShownFaults)) progress(`FAULT ${fault.slice(0, maxShownLength)}`);
      return {
        rows: rowsOf(report),
        tables: [sendersTable(report), sabotageTable(report)],
        notes: notesOf(report, settings.seconds),
        failed: report.faults.length > 0,
      };
    } catch (error) {
      if (!controller.signal.aborted) throw error;
      return { rows: [], notes: ["ended early: nothing was compared"], failed: true };
    } finally {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, abort);
    }
  },
};

function rowsOf(report: CrashReport): Row[] {
  const acknowledged = kinds.reduce((sum, kind) => sum + report.counts[kind].acknowledged, 0);
  const none = (measured: string, count: number): Row => ({
    measured,
    figure: String(count),
    against: `${grouped(acknowledged)} acknowledged`,
    ratio: "",
    target: "0",
    met: count === 0,
  });
  return [
    none("acknowledged and lost", report.lost),
    none("stored twice", report.twice),
    none("stored, and never sent or refused as not stored", report.uninvited),
    none("promises broken: the above, and sums, rollups, counters, statuses, exits", report.faults.length),
  ];
}

const kindNames = { event: "app events", usage: "usage records", platform: "platform events" } as const;

function sendersTable({ counts, storedUnknown }: CrashReport): Table {
  return {
    title: "What the clients know",
    head: ["", "sent", "acknowledged", "given up by their client", "of which stored"],
    rows: kinds.map((kind) => {
      const { sent, acknowledged } = counts[kind];
      const cells = [sent, acknowledged, sent - acknowledged, storedUnknown[kind]].map(grouped);
      return [kindNames[kind], ...cells];
    }),
  };
}

function sabotageTable({ sabotages }: CrashReport): Table {
  const rows = Object.entries(sabotages).map(([name, times]) => [name, String(times)]);
  return { title: "What was broken", head: ["fault", "times"], rows };
}

function notesOf(report: CrashReport, seconds: number): string[] {
  const statuses = Object.entries(report.statuses).map(([status, times]) => `${grouped(times)} × ${status}`);
  const { retried, givenUp } = report.requests;
  return [
    `${seconds} s, seed ${report.seed}; 12 clients, of whom four give up after a second and three attempts`,
    `${grouped(retried)} attempts repeated, ${grouped(givenUp)} batches given up; replies: ${statuses.join(", ")}, and no other`,
    `${grouped(report.verifiedRows)} rows of rollups, ledgers, sessions, actors and receipts recounted without a difference; counters in Redis right ${Math.round(report.countersHealedMs)} ms after the end`,
    `longest time without any acknowledgement: ${(report.longestOutageMs / 1_000).toFixed(1)} s`,
  ];
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
