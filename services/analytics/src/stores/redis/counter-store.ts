import type { Redis } from "ioredis";
import {
  type CounterStore,
  type CounterValues,
  counterKeys,
  type HealListener,
  incrementsOf,
  utcDay,
  utcHour,
  valuesByKey,
} from "../counter-store.js";
import type { RedisConnection } from "./connection.js";

// Opens the day and hour of ARGV[1] and ARGV[2] in place of earlier ones, and says whether they are the open ones: a replica
// whose clock is behind adds nothing to a day that is over. KEYS: day, hour, keys, version, global.
const openWindows = `
  local day, hour = redis.call("get", KEYS[1]), redis.call("get", KEYS[2])
  if not day or day < ARGV[1] then
    while true do
      local old = redis.call("spop", KEYS[3], 1000)
      if #old == 0 then break end
      redis.call("unlink", unpack(old))
    end
    redis.call("set", KEYS[1], ARGV[1])
  end
  if not hour or hour < ARGV[2] then
    redis.call("set", KEYS[5], 0)
    redis.call("set", KEYS[2], ARGV[2])
  end
  redis.call("incr", KEYS[4])
  local was_empty = not day or not hour
  local day_is_open = not day or day <= ARGV[1]
  local hour_is_open = not hour or hour <= ARGV[2]
`;

/**
 * One atomic step each. KEYS after the five: counters. ARGV after the two: tokens of the hour, then a number for each counter.
 * A Redis that lost its counters has no open day: the reply 1 asks for healing.
 */
export const counterScripts = {
  recordCounters: `${openWindows}
    if hour_is_open then redis.call("incrby", KEYS[5], ARGV[3]) end
    if day_is_open then
      for n = 6, #KEYS do
        redis.call("incrby", KEYS[n], ARGV[n - 2])
        redis.call("sadd", KEYS[3], KEYS[n])
      end
    end
    return was_empty and 1 or 0`,
  // As above, but puts values in place of what is there. ARGV[4] is the version that must still hold, or "".
  replaceCounters: `
    if ARGV[4] ~= "" and (redis.call("get", KEYS[4]) or "0") ~= ARGV[4] then return 0 end
    ${openWindows}
    if hour_is_open then redis.call("set", KEYS[5], ARGV[3]) end
    if day_is_open then
      while true do
        local old = redis.call("spop", KEYS[3], 1000)
        if #old == 0 then break end
        redis.call("unlink", unpack(old))
      end
      for n = 6, #KEYS do
        redis.call("set", KEYS[n], ARGV[n - 1])
        redis.call("sadd", KEYS[3], KEYS[n])
      end
    end
    return 1`,
  // KEYS: the list of the day's keys, and keys that may be missing in it.
  dropStrays: `
    local dropped = 0
    for n = 2, #KEYS do
      if redis.call("sismember", KEYS[1], KEYS[n]) == 0 then dropped = dropped + redis.call("unlink", KEYS[n]) end
    end
    return dropped`,
  rollCounters: `${openWindows} return was_empty and 1 or 0`,
} as const;

type Scripted = Redis &
  Record<keyof typeof counterScripts, (keys: number, ...rest: (string | number)[]) => Promise<number>>;

const fixedKeys = [
  counterKeys.day,
  counterKeys.hour,
  counterKeys.daily,
  counterKeys.version,
  counterKeys.globalTokens,
] as const;

const dailyPattern = "analytics:*:daily";
const dailyKey = /^analytics:(user|project):.+:(tokens|requests):daily$/;
const scannedAtOnce = 1_000;
// Ten million keys: a Redis that holds more is looked through from its beginning again the next time.
const maxScans = 10_000;

/**
 * Counters that replicas share. `onLost` is called when Redis was found without any, e.g. after a restart, and when it takes writes
 * again after it took none.
 */
export function createRedisCounterStore(connection: RedisConnection, onLost: HealListener): CounterStore {
  let hasMissed = false;

  return {
    async recordUsage(usage) {
      const { daily, hourTokens } = incrementsOf(usage);
      const keys = [...fixedKeys, ...daily.keys()];
      const values = [...windowsOf(usage.at), hourTokens, ...daily.values()];
      const done = await connection.run((redis) => (redis as Scripted).recordCounters(keys.length, ...keys, ...values));
      if (done.kind === "down") {
        hasMissed = true;
      } else if (done.result === 1 || hasMissed) {
        hasMissed = false;
        onLost();
      }
    },

    async rollOver(at) {
      const done = await connection.run((redis) =>
        (redis as Scripted).rollCounters(fixedKeys.length, ...fixedKeys, ...windowsOf(at)),
      );
      if (done.kind === "ok" && done.result === 1) onLost();
      return done.kind === "ok";
    },

    async version() {
      const done = await connection.run((redis) => redis.get(counterKeys.version));
      return done.kind === "ok" ? Number(done.result ?? 0) : null;
    },

    async replaceAll(values, at, options = {}) {
      const byKey = valuesByKey(values);
      const keys = [...fixedKeys, ...byKey.keys()];
      const given = [...windowsOf(at), values.globalTokensThisHour, options.ifVersion ?? "", ...byKey.values()];
      const done = await connection.run((redis) => (redis as Scripted).replaceCounters(keys.length, ...keys, ...given));
      if (done.kind === "down") return "down";
      return done.result === 1 ? "replaced" : "moved";
    },

    async dropStrays() {
      let dropped = 0;
      let cursor = "0";
      for (let scan = 0; scan < maxScans; scan += 1) {
        const found = await connection.run((redis) =>
          redis.scan(cursor, "MATCH", dailyPattern, "COUNT", scannedAtOnce),
        );
        if (found.kind === "down") return null;
        const keys = found.result[1].filter((key) => dailyKey.test(key));
        if (keys.length > 0) {
          const done = await connection.run((redis) =>
            (redis as Scripted).dropStrays(keys.length + 1, counterKeys.daily, ...keys),
          );
          if (done.kind === "down") return null;
          dropped += done.result;
        }
        cursor = found.result[0];
        if (cursor === "0") break;
      }
      return dropped;
    },

    async read({ userIds, projectIds }, at) {
      const keys = [
        ...userIds.flatMap((id) => [counterKeys.userTokens(id), counterKeys.userRequests(id)]),
        ...projectIds.map(counterKeys.projectTokens),
      ];
      const done = await connection.run((redis) => redis.mget(...fixedKeys, ...keys));
      if (done.kind === "down") return null;
      const [day, hour, , , global, ...values] = done.result;
      const isToday = day === utcDay(at);
      const numbers = values.map((value) => (isToday ? Number(value ?? 0) : 0));
      return valuesOf(userIds, projectIds, numbers, hour === utcHour(at) ? Number(global ?? 0) : 0);
    },
  };
}

function windowsOf(at: Date): [string, string] {
  return [utcDay(at), utcHour(at)];
}

function valuesOf(
  userIds: readonly string[],
  projectIds: readonly string[],
  numbers: readonly number[],
  globalTokensThisHour: number,
): CounterValues {
  const at = (n: number) => numbers[n] ?? 0;
  return {
    users: new Map(userIds.map((id, n) => [id, { tokens: at(2 * n), requests: at(2 * n + 1) }])),
    projects: new Map(projectIds.map((id, n) => [id, { tokens: at(2 * userIds.length + n) }])),
    globalTokensThisHour,
  };
}
