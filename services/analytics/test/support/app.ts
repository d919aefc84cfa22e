import type { CreatedKey, KeyScope, Project } from "@mobigen/analytics-contract";
import { inject } from "vitest";
import { createService, type Service, type StreamTimes } from "../../src/app.js";
import { type Config, readConfig } from "../../src/config.js";
import type { Logger } from "../../src/logger.js";
import { FakeClock } from "./fake-clock.js";
import { createTestDatabase, type TestDatabase } from "./postgres.js";
import { silentLogger } from "./silent-logger.js";

export type TestAppOptions = {
  /** The instant the fake clock stands at. Default: 2026-03-18T10:20:30Z, a Wednesday. */
  now?: string;
  /** True: the run's Redis, flushed, so use it in one file at a time; a URL: that one. Default: the in-memory twins. */
  redis?: boolean | string;
  /** Replaces settings, as the environment would. */
  env?: Record<string, string>;
  /** Default: silent. */
  logger?: Logger;
  /** Another app's database, for a second replica; `stop` leaves it alone. */
  db?: TestDatabase;
  clock?: FakeClock;
  times?: StreamTimes;
};

export type JsonReply<Body = unknown> = { status: number; headers: Headers; body: Body };

export type FetchOptions = {
  method?: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  raw?: NonNullable<RequestInit["body"]>;
  headers?: Record<string, string>;
  /** Sent as X-API-Key, and no Authorization with it. */
  key?: string;
  /** Default: the admin token; null sends none. */
  token?: string | null;
};

export type TestApp = {
  url: string;
  service: Service;
  domain: Service["domain"];
  config: Config;
  db: TestDatabase;
  pool: TestDatabase["pool"];
  clock: FakeClock;
  adminToken: string;
  /** Sends a request (POST with a body, else GET) and reads the JSON of its reply; undefined for a reply without one. */
  fetchJson<Body = unknown>(path: string, options?: FetchOptions): Promise<JsonReply<Body>>;
  createProject(project?: {
    id?: string;
    name?: string;
    eventsPerMinute?: number;
    timezone?: string;
  }): Promise<Project>;
  createKey(projectId: string, scopes?: KeyScope[]): Promise<CreatedKey>;
  stop(): Promise<void>;
};

/** The whole service on a free port, on a database of its own, with a clock that stands still. */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const clock = options.clock ?? new FakeClock(options.now ?? "2026-03-18T10:20:30Z");
  const db = options.db ?? (await createTestDatabase());
  const adminToken = "test-admin-token-0123456789";
  const redisUrl = await redisUrlOf(options.redis ?? false);
  const config = testConfig({
    DATABASE_URL: db.url,
    ADMIN_TOKEN: adminToken,
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    ...options.env,
  });
  const { logger = silentLogger, times = {} } = options;
  const service = await createService({ config, logger, clock: clock.now, times });
  const { port } = await service.listen();
  const url = `http://127.0.0.1:${port}`;

  async function fetchJson<Body>(path: string, request: FetchOptions = {}): Promise<JsonReply<Body>> {
    const hasBody = request.body !== undefined || request.raw !== undefined;
    const token = request.token === undefined && request.key === undefined ? adminToken : request.token;
    const response = await fetch(url + path, {
      method: request.method ?? (hasBody ? "POST" : "GET"),
      headers: {
        ...(hasBody ? { "content-type": "application/json" } : {}),
        ...(typeof token === "string" ? { authorization: `Bearer ${token}` } : {}),
        ...(request.key === undefined ? {} : { "x-api-key": request.key }),
        ...request.headers,
      },
      ...(hasBody ? { body: request.raw ?? JSON.stringify(request.body) } : {}),
      redirect: "manual",
    });
    const text = await response.text();
    const isJson = /[/+]json\b/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : (text as Body) };
  }

  return {
    url,
    service,
    domain: service.domain,
    config,
    db,
    pool: db.pool,
    clock,
    adminToken,
    fetchJson,
    createProject: (project = {}) =>
      service.domain.projects.create({ ...project, name: project.name ?? "Test App" }, "test"),
    createKey: (projectId, scopes) =>
      service.domain.keys.create(projectId, scopes === undefined ? {} : { scopes }, "test"),
    async stop() {
      await service.stop();
      if (options.db === undefined) await db.drop();
    },
  };
}

/** Settings as the service reads them, on a free loopback port. @throws when they are not valid. */
export function testConfig(env: Record<string, string>): Config {
  const result = readConfig({ NODE_ENV: "test", PORT: "0", HOST: "127.0.0.1", ENABLE_CRON: "false", ...env });
  if (result.kind === "bad") throw new Error(result.faults.join(" "));
  return result.config;
}

async function redisUrlOf(wanted: boolean | string): Promise<string | undefined> {
  if (typeof wanted === "string") return wanted;
  if (!wanted) return undefined;
  const { Redis } = await import("ioredis");
  // Files run side by side, each worker with a database of its own.
  const url = `${inject("redisUrl")}/${process.env["VITEST_POOL_ID"] ?? "0"}`;
  const redis = new Redis(url);
  await redis.flushdb();
  redis.disconnect();
  return url;
}
