import { cpuSeconds } from "../cpu-time.js";
import { createProjects, type Environment, runLoad, type Service, startService } from "../environment.js";
import type { ProjectKey } from "../load-client.js";
import type { Part, Settings } from "../part.js";
import { median, perSecond } from "../report.js";
import { eventsPerBatch } from "../simulated-devices.js";
import { copyBound } from "./copy-bound.js";

const connections = 32;
const projectCount = 1_000;

export const ingest: Part = {
  title: "Ingest, batches of 100 events",
  async run(environment, settings, progress) {
    const service = await startService(environment);
    try {
      const projects = await createProjects(service, projectCount);
      const rounds: Round[] = [];
      for (let n = 0; n < settings.rounds; n += 1) {
        const round = await runRound(environment, service, projects, settings);
        rounds.push(round);
        progress(
          `round ${n + 1}: ${perSecond(round.rate)} acknowledged, ${perSecond(round.textCopy)} plain COPY, p99 ${round.p99.toFixed(0)} ms`,
        );
      }
      const of = (field: keyof Round) => median(rounds.map((round) => round[field]));
      const ratio = median(rounds.map(({ rate, textCopy }) => rate / textCopy));
      return {
        rows: [
          {
            measured: "events acknowledged = committed, deduplicated, rolled up",
            figure: perSecond(of("rate")),
            against: `${perSecond(of("textCopy"))} plain COPY, two connections`,
            ratio: ratio.toFixed(2),
            target: "≥ 0.5",
            met: ratio >= 0.5,
          },
        ],
        notes: [
          `${settings.events} events a round of ${of("jsonBytes").toFixed(0)} bytes of JSON, ${projectCount} projects, ${connections} connections, the load generator on the same cores`,
          `COPY in the binary format, which the service uses: ${perSecond(of("binaryCopy"))}`,
          `processor time an event: service ${of("serviceMicros").toFixed(1)} µs, PostgreSQL ${of("postgresMicros").toFixed(1)} µs`,
        ],
      };
    } finally {
      await service.stop();
    }
  },
};

type Round = {
  rate: number;
  p99: number;
  textCopy: number;
  binaryCopy: number;
  jsonBytes: number;
  serviceMicros: number;
  postgresMicros: number;
};

async function runRound(
  environment: Environment,
  service: Service,
  projects: ProjectKey[],
  settings: Settings,
): Promise<Round> {
  const seed = Date.now();
  const batches = Math.ceil(settings.events / eventsPerBatch);
  const events = batches * eventsPerBatch;
  const bound = { seed: seed + 1_000_000, batches, projects: projectCount };
  const textCopy = await copyBound(environment.databaseUrl, { ...bound, format: "text" });
  const processes = [service.pid, environment.postgresPid];
  const before = await Promise.all(processes.map(cpuSeconds));
  const kind = { of: "batches", path: "/api/events", seed, firstBatch: 0, batches, end: Date.now(), projects } as const;
  const load = await runLoad({ url: service.url, connections, kind });
  const after = await Promise.all(processes.map(cpuSeconds));
  if (load.statuses["200"] !== batches) throw new Error(`not every batch was taken: ${JSON.stringify(load.statuses)}`);
  const binaryCopy = await copyBound(environment.databaseUrl, { ...bound, format: "binary" });
  const micros = (n: number) => (((after[n] ?? 0) - (before[n] ?? 0)) / events) * 1_000_000;
  return {
    rate: events / load.seconds,
    p99: load.p99,
    textCopy,
    binaryCopy,
    jsonBytes: load.bytes / events,
    serviceMicros: micros(0),
    postgresMicros: micros(1),
  };
}
