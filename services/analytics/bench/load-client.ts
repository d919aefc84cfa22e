/**
 * The load generator: a process of its own, so that its work is not taken for the service's. It gets a load by IPC, prepares
 * every body ahead, says `ready`, and at `go` sends them over a fixed number of connections, each with one request under way.
 */
import { Client } from "undici";
import { simulateBatch } from "./simulated-devices.js";

export type Load = {
  url: string;
  connections: number;
  /** Requests a second over all connections; absent: as fast as the replies come. */
  ratePerSecond?: number;
  kind:
    | {
        of: "batches";
        path: string;
        seed: number;
        firstBatch: number;
        batches: number;
        end: number;
        projects: ProjectKey[];
      }
    | { of: "singles"; path: string; seed: number; events: number; end: number; projects: ProjectKey[] }
    | { of: "usage"; path: string; seed: number; records: number; token?: string };
};

export type ProjectKey = { id: string; key: string };

export type LoadResult = {
  requests: number;
  seconds: number;
  statuses: Record<string, number>;
  /** Milliseconds from sending to the whole reply; with a rate, of what was due after the first second. */
  p50: number;
  p99: number;
  bytes: number;
};

type Request = { path: string; headers: Record<string, string>; body: Buffer };

// Of a paced load: its first second opens the connections, in a process that was started for it and compiles what it runs.
const warmUpMs = 1_000;

const jsonHeaders = { "content-type": "application/json" };

function prepare(load: Load): Request[] {
  const { kind } = load;
  switch (kind.of) {
    case "batches":
      return Array.from({ length: kind.batches }, (_, n) => {
        const batch = kind.firstBatch + n;
        const project = projectOf(kind.projects, batch);
        const events = simulateBatch(kind.seed, batch, project.id, kind.end);
        const body = { batchId: `b-${kind.seed}-${batch}`, projectId: project.id, events };
        return request(kind.path, { ...jsonHeaders, "x-api-key": project.key }, body);
      });
    case "singles":
      return Array.from({ length: kind.events }, (_, n) => n).flatMap((n) => {
        if (n % 100 !== 0) return [];
        const project = projectOf(kind.projects, n / 100);
        const events = simulateBatch(kind.seed, n / 100, project.id, kind.end).slice(0, kind.events - n);
        return events.map((event) => request(kind.path, { ...jsonHeaders, "x-api-key": project.key }, event));
      });
    case "usage":
      return Array.from({ length: kind.records }, (_, n) =>
        request(
          kind.path,
          { ...jsonHeaders, ...(kind.token === undefined ? {} : { authorization: `Bearer ${kind.token}` }) },
          {
            userId: `user-${n % 500}`,
            projectId: `project-${n % 1_000}`,
            model: n % 3 === 0 ? "claude-3-haiku-20240307" : "claude-3-sonnet-20240229",
            inputTokens: 500 + (n % 4_000),
            outputTokens: 100 + (n % 900),
            requestId: `req-${kind.seed}-${n}`,
          },
        ),
      );
  }
}

function projectOf(projects: ProjectKey[], n: number): ProjectKey {
  const project = projects[n % projects.length];
  if (project === undefined) throw new Error("a load needs at least one project");
  return project;
}

function request(path: string, headers: Record<string, string>, body: unknown): Request {
  return { path, headers, body: Buffer.from(JSON.stringify(body)) };
}

async function send(load: Load, requests: Request[]): Promise<LoadResult> {
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  let next = 0;
  const start = performance.now();
  async function connection(): Promise<void> {
    const client = new Client(load.url, { pipelining: 1, bodyTimeout: 60_000, headersTimeout: 60_000 });
    for (let n = next++; n < requests.length; n = next++) {
      const { path, headers, body } = requests[n] as Request;
      const due = load.ratePerSecond === undefined ? 0 : start + (n / load.ratePerSecond) * 1_000;
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      // With a rate, the clock runs from when the request was due: a slow reply delays the next ones, and that counts.
      const sentAt = due > 0 ? due : performance.now();
      const reply = await client.request({ path, method: "POST", headers, body });
      await reply.body.dump();
      if (due === 0 || due - start >= warmUpMs) latencies.push(performance.now() - sentAt);
      statuses[reply.statusCode] = (statuses[reply.statusCode] ?? 0) + 1;
    }
    await client.close();
  }
  await Promise.all(Array.from({ length: load.connections }, connection));
  const seconds = (performance.now() - start) / 1_000;
  latencies.sort((a, b) => a - b);
  const quantile = (q: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(q * latencies.length))] ?? 0;
  const bytes = requests.reduce((sum, { body }) => sum + body.length, 0);
  return { requests: requests.length, seconds, statuses, p50: quantile(0.5), p99: quantile(0.99), bytes };
}

process.once("message", (load: Load) => {
  const requests = prepare(load);
  process.once("message", () => {
    void send(load, requests).then(
      (result) => process.send?.({ result }, () => process.disconnect()),
      (error: unknown) => process.send?.({ error: String(error) }, () => process.disconnect()),
    );
  });
  process.send?.("ready");
});
