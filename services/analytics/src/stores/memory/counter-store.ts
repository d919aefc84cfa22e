import { type CounterStore, counterKeys, incrementsOf, utcDay, utcHour, valuesByKey } from "../counter-store.js";

/** Counters of one process: what Redis keeps, kept here. Bounded by the users and projects of one day. */
export function createMemoryCounterStore(): CounterStore {
  let daily = new Map<string, number>();
  let hourTokens = 0;
  let day = "";
  let hour = "";
  let version = 0;

  /** Opens the windows of `at` in place of earlier ones; tells which of them are the open ones. */
  function open(at: Date): { day: boolean; hour: boolean } {
    const [atDay, atHour] = [utcDay(at), utcHour(at)];
    if (day < atDay) {
      daily = new Map();
      day = atDay;
    }
    if (hour < atHour) {
      hourTokens = 0;
      hour = atHour;
    }
    version += 1;
    return { day: day === atDay, hour: hour === atHour };
  }

  return {
    async recordUsage(usage) {
      const added = incrementsOf(usage);
      const isOpen = open(usage.at);
      if (isOpen.hour) hourTokens += added.hourTokens;
      if (isOpen.day) for (const [key, amount] of added.daily) daily.set(key, (daily.get(key) ?? 0) + amount);
    },

    async rollOver(at) {
      open(at);
      return true;
    },

    version: async () => version,

    async replaceAll(values, at, { ifVersion } = {}) {
      if (ifVersion !== undefined && ifVersion !== version) return "moved";
      const isOpen = open(at);
      if (isOpen.hour) hourTokens = values.globalTokensThisHour;
      if (isOpen.day) daily = valuesByKey(values);
      return "replaced";
    },

    // What is not listed is not there.
    dropStrays: async () => 0,

    async read({ userIds, projectIds }, at) {
      const countOf = (key: string) => (day === utcDay(at) ? (daily.get(key) ?? 0) : 0);
      return {
        users: new Map(
          userIds.map((id) => [
            id,
            { tokens: countOf(counterKeys.userTokens(id)), requests: countOf(counterKeys.userRequests(id)) },
          ]),
        ),
        projects: new Map(projectIds.map((id) => [id, { tokens: countOf(counterKeys.projectTokens(id)) }])),
        globalTokensThisHour: hour === utcHour(at) ? hourTokens : 0,
      };
    },
  };
}
