import { LRUCache } from "lru-cache";
import type { Logger } from "../logger.js";
import type { AccessStore } from "../stores/access-store.js";
import type { Clock } from "../types.js";

const writeEveryMs = 60_000;
const flushIntervalMs = 5_000;
const maxPending = 10_000;

export type LastUse = {
  /** Notes that a credential was used now: at most one write a minute for each, and none in the request's path. */
  note(kind: "key" | "token", id: string): void;
  /** Writes what is noted. Never rejects: the next use notes it again. */
  flush(): Promise<void>;
  stop(): Promise<void>;
};

export function createLastUse(store: Pick<AccessStore, "noteUses">, clock: Clock, logger: Logger): LastUse {
  const noted = new LRUCache<string, number>({ max: maxPending });
  let pending = new Map<string, { kind: "key" | "token"; id: string; at: Date }>();
  const timer = setInterval(() => void flush(), flushIntervalMs);
  timer.unref();

  async function flush(): Promise<void> {
    if (pending.size === 0) return;
    const uses = [...pending.values()];
    pending = new Map();
    try {
      await store.noteUses(uses);
    } catch (error) {
      for (const { id } of uses) noted.delete(id);
      logger.debug({ err: error }, "last uses were not written");
    }
  }

  return {
    note(kind, id) {
      const at = clock();
      if (at.getTime() - (noted.get(id) ?? 0) < writeEveryMs || pending.size >= maxPending) return;
      noted.set(id, at.getTime());
      pending.set(id, { kind, id, at });
    },
    flush,
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}
