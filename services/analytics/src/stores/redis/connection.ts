import { Redis } from "ioredis";
import type { Logger } from "pino";

// A healthy Redis answers in under a millisecond: what takes longer than this is treated as away.
const commandTimeoutMs = 500;
const connectTimeoutMs = 2_000;
const maxReconnectDelayMs = 2_000;
const refusalLogIntervalMs = 60_000;

export type RedisConnection = {
  /** Runs a command, or says that Redis is away, within half a second either way. Never rejects. */
  run<Result>(command: (redis: Redis) => Promise<Result>): Promise<{ kind: "ok"; result: Result } | { kind: "down" }>;
  isUp(): boolean;
  /** Called each time that Redis becomes reachable, the first time included. */
  onUp(listener: () => void): void;
  /** Tries once, for at most two seconds; later attempts go on by themselves. True when Redis is there. */
  connect(): Promise<boolean>;
  close(): Promise<void>;
};

export type RedisConnectionOptions = {
  url: string;
  logger: Pick<Logger, "warn" | "info">;
  /** Defines the scripts that stores run. */
  scripts?: Readonly<Record<string, string>>;
};

/**
 * One connection for counters, limits and caches. Nothing queues while Redis is away: commands are refused at once, so that an
 * outage costs requests nothing. Logged once for each outage.
 */
export function createRedisConnection({ url, logger, scripts = {} }: RedisConnectionOptions): RedisConnection {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // Requests that came in one turn of the event loop go to Redis in one write: a seventh of a small request's price.
    enableAutoPipelining: true,
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    retryStrategy: (attempt) => Math.min(100 * attempt, maxReconnectDelayMs),
  });
  for (const [name, lua] of Object.entries(scripts)) redis.defineCommand(name, { lua });

  const listeners: (() => void)[] = [];
  let up = false;
  let saidDown = false;
  let refusalLoggedAt = Number.NEGATIVE_INFINITY;

  redis.on("ready", () => {
    up = true;
    if (saidDown) logger.info("Redis is back");
    saidDown = false;
    for (const listener of listeners) listener();
  });
  redis.on("close", () => markDown(undefined));
  redis.on("error", markDown);

  function markDown(error: unknown): void {
    const isClosing = redis.status === "end";
    up = false;
    if (saidDown || isClosing) return;
    saidDown = true;
    logger.warn({ err: error }, "Redis is away: counting in the database alone until it is back");
  }

  return {
    async run(command) {
      if (!up) return { kind: "down" };
      try {
        return { kind: "ok", result: await command(redis) };
      } catch (error) {
        if (isReply(error)) logRefusal(error);
        else if (up) {
          markDown(error);
          // Drops whatever else waits for an answer, and starts anew.
          redis.disconnect(true);
        }
        return { kind: "down" };
      }
    },
    isUp: () => up,
    onUp: (listener) => {
      listeners.push(listener);
    },
    async connect() {
      // The ready check of a Redis that accepts and then hangs has no bound of its own.
      const deadline = new Promise<void>((resolve) => setTimeout(resolve, connectTimeoutMs).unref());
      await Promise.race([redis.connect().catch(markDown), deadline]);
      if (!up) markDown(undefined);
      return up;
    },
    async close() {
      listeners.length = 0;
      saidDown = true;
      up = false;
      redis.disconnect();
    },
  };

  /** Redis is there but refuses (out of memory, read only, loading): nothing that a new connection would change. */
  function logRefusal(error: unknown): void {
    const now = performance.now();
    if (now - refusalLoggedAt < refusalLogIntervalMs) return;
    refusalLoggedAt = now;
    logger.warn({ err: error }, "Redis refused a command");
  }
}

function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === "ReplyError";
}
