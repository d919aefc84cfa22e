import { Redis } from "ioredis";
import type { Logger } from "pino";

// A healthy Redis answers in under a millisecond: what takes longer than this is treated as away.
const commandTimeoutMs = 500;
// What takes so long is served, and said: whoever waits for counters and limits feels it. A process that is busy itself sees
// a late answer now and then, but not one after the other.
const slowMs = 250;
const slowInARowIsSlow = 5;
const connectTimeoutMs = 2_000;
const maxReconnectDelayMs = 2_000;
// A replica takes no writes: soon its address may lead to the new master.
const readOnlyDelayMs = 1_000;
// How long it counts as troubled after it refused a command.
const troubleMs = 5_000;
const refusalLogIntervalMs = 60_000;

export type RedisConnection = {
  /** Runs a command, or says that Redis is away, within half a second either way. Never rejects. */
  run<Result>(command: (redis: Redis) => Promise<Result>): Promise<{ kind: "ok"; result: Result } | { kind: "down" }>;
  /** False while Redis is away or slow, and for five seconds after it refused a command. */
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
  let troubledUntil = Number.NEGATIVE_INFINITY;
  let slowInARow = 0;
  let refusalLoggedAt = Number.NEGATIVE_INFINITY;
  let handshake: NodeJS.Timeout | undefined;
  let firstVerdict: () => void = () => undefined;
  const verdict = new Promise<void>((resolve) => {
    firstVerdict = resolve;
  });

  // Accepted, and then not a word: the ready check has no bound of its own.
  redis.on("connect", () => {
    clearTimeout(handshake);
    handshake = setTimeout(() => redis.disconnect(true), connectTimeoutMs).unref();
  });
  redis.on("ready", () => {
    clearTimeout(handshake);
    void begin().finally(firstVerdict);
  });
  redis.on("close", () => markDown(undefined));
  redis.on("error", markDown);

  /** After a failover the old master answers, and takes no writes: as good as away. */
  async function begin(): Promise<void> {
    const stream = redis.stream;
    try {
      const [role] = await redis.role();
      if (role !== "master") return leaveReplica(stream, new Error("it is a read-only replica"));
    } catch (error) {
      // One that does not tell its role is taken for a master.
      if (!isReply(error)) return reconnect(error);
    }
    if (redis.stream !== stream || redis.status !== "ready") return;
    up = true;
    slowInARow = 0;
    if (saidDown) logger.info("Redis is back");
    saidDown = false;
    for (const listener of listeners) listener();
  }

  function leaveReplica(stream: Redis["stream"], error: unknown): void {
    markDown(error);
    setTimeout(() => {
      if (redis.stream === stream && redis.status === "ready") redis.disconnect(true);
    }, readOnlyDelayMs).unref();
  }

  /** Drops whatever else waits for an answer, and starts anew. */
  function reconnect(error: unknown): void {
    markDown(error);
    redis.disconnect(true);
  }

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
      const startedAt = performance.now();
      try {
        const result = await command(redis);
        slowInARow = performance.now() - startedAt < slowMs ? 0 : slowInARow + 1;
        return { kind: "ok", result };
      } catch (error) {
        if (isReply(error)) {
          troubledUntil = performance.now() + troubleMs;
          if (/^READONLY/.test(error.message)) leaveReplica(redis.stream, error);
          else logRefusal(error);
        } else if (up) reconnect(error);
        return { kind: "down" };
      }
    },
    isUp: () => up && slowInARow < slowInARowIsSlow && performance.now() >= troubledUntil,
    onUp: (listener) => {
      listeners.push(listener);
    },
    async connect() {
      const deadline = new Promise<void>((resolve) => setTimeout(resolve, connectTimeoutMs).unref());
      const connected = redis.connect().then(() => verdict, markDown);
      await Promise.race([connected, deadline]);
      if (!up) markDown(undefined);
      return up;
    },
    async close() {
      listeners.length = 0;
      saidDown = true;
      up = false;
      clearTimeout(handshake);
      redis.disconnect();
    },
  };

  /** Redis is there but refuses (out of memory, loading): nothing that a new connection would change. */
  function logRefusal(error: unknown): void {
    const now = performance.now();
    if (now - refusalLoggedAt < refusalLogIntervalMs) return;
    refusalLoggedAt = now;
    logger.warn({ err: error }, "Redis refused a command");
  }
}

function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === "ReplyError";
}
