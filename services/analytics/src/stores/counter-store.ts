/**
 * Real-time counters of the current UTC day and hour. They are a cache of what the database knows: they can be lost at any
 * moment and are rebuilt from it. Nothing here ever makes a request fail.
 */
export type CounterStore = {
  /**
   * Adds usage that is committed already. An entry counts towards the UTC day and hour that it occurred in, as long as that day
   * and hour are still open at `at`. The first write of a new day or hour resets what belongs to the one before.
   * Never rejects and never takes longer than the store's command timeout; what could not be written is healed later.
   */
  recordUsage(usage: CountedUsage): Promise<void>;
  /** Resets what belongs to a day or hour before `at`'s, as a write would. Returns false when the store is down. */
  rollOver(at: Date): Promise<boolean>;
  /** A number that moves with every write: what `replaceAll` compares to see that nothing came between. Null when down. */
  version(): Promise<number | null>;
  /** Puts the whole truth of `at`'s day and hour in the place of what is there. */
  replaceAll(values: CounterValues, at: Date, options?: { ifVersion?: number }): Promise<ReplaceOutcome>;
  /**
   * Deletes counters that no new day would reset, for the list of the day's keys has lost them (it was evicted, or deleted by
   * hand). Returns how many; null when the store is down.
   */
  dropStrays(): Promise<number | null>;
  /** The counters of these users and projects at `at`; zero where there is none. Null when the store is down. */
  read(of: { userIds: readonly string[]; projectIds: readonly string[] }, at: Date): Promise<CounterValues | null>;
};

export type CountedUsage = { at: Date; entries: readonly CountedEntry[] };

export type CountedEntry = {
  userId: string;
  projectId: string | null;
  tokens: number;
  requests: number;
  occurredAt: Date;
};

export type CounterValues = {
  users: ReadonlyMap<string, { tokens: number; requests: number }>;
  projects: ReadonlyMap<string, { tokens: number }>;
  globalTokensThisHour: number;
};

/** "moved": `ifVersion` no longer holds, nothing was replaced. */
export type ReplaceOutcome = "replaced" | "moved" | "down";

/** Asks whoever owns the truth to put it back. Called once the store is reachable again or was found empty. */
export type HealListener = () => void;

/** What the counters of `at`'s UTC day and hour should say, by the ledger. */
export type CounterTruth = (at: Date) => Promise<CounterValues>;

/** The brief's keys. Any printable id is safe: prefix and suffix are fixed, so no two ids share a key. */
export const counterKeys = {
  userTokens: (userId: string) => `analytics:user:${userId}:tokens:daily`,
  userRequests: (userId: string) => `analytics:user:${userId}:requests:daily`,
  projectTokens: (projectId: string) => `analytics:project:${projectId}:tokens:daily`,
  globalTokens: "analytics:global:tokens:hourly",
  /** The UTC day (`2026-01-31`) that the daily counters belong to. */
  day: "analytics:counters:day",
  /** The UTC hour (`2026-01-31T09`) that the hourly counter belongs to. */
  hour: "analytics:counters:hour",
  /** A set of the day's counter keys: what a new day deletes. */
  daily: "analytics:counters:keys",
  /** Moves with every write. */
  version: "analytics:counters:version",
} as const;

/** `2026-01-31` */
export function utcDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** `2026-01-31T09` */
export function utcHour(at: Date): string {
  return at.toISOString().slice(0, 13);
}

/** What a batch adds to each key, only entries of the day and hour that are open at its `at`. */
export function incrementsOf({ at, entries }: CountedUsage): { daily: Map<string, number>; hourTokens: number } {
  const day = utcDay(at);
  const hour = utcHour(at);
  const daily = new Map<string, number>();
  let hourTokens = 0;
  for (const entry of entries) {
    if (utcHour(entry.occurredAt) === hour) hourTokens += entry.tokens;
    if (utcDay(entry.occurredAt) !== day) continue;
    add(daily, counterKeys.userTokens(entry.userId), entry.tokens);
    add(daily, counterKeys.userRequests(entry.userId), entry.requests);
    if (entry.projectId !== null) add(daily, counterKeys.projectTokens(entry.projectId), entry.tokens);
  }
  return { daily, hourTokens };
}

/** The same values by key. */
export function valuesByKey(values: CounterValues): Map<string, number> {
  const byKey = new Map<string, number>();
  for (const [userId, { tokens, requests }] of values.users) {
    byKey.set(counterKeys.userTokens(userId), tokens);
    byKey.set(counterKeys.userRequests(userId), requests);
  }
  for (const [projectId, { tokens }] of values.projects) byKey.set(counterKeys.projectTokens(projectId), tokens);
  return byKey;
}

function add(sums: Map<string, number>, key: string, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}
