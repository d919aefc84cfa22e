import { overloaded } from "./errors.js";

export type TurnsOptions = {
  /** Stands in the refusal. */
  name: string;
  /** How much runs at once. */
  atOnce: number;
  /** How much may wait for its turn; what comes beyond is refused at once. */
  maxWaiting: number;
  /** How long it waits, in milliseconds, until it is refused. */
  maxWaitMs: number;
};

/** Work that is heavy enough to be done a few at a time; in the order of its coming. */
export type Turns = {
  /** What the work answers or throws; `overloaded` where its turn does not come. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
};

export function createTurns({ name, atOnce, maxWaiting, maxWaitMs }: TurnsOptions): Turns {
  const waiting = new Set<() => void>();
  let running = 0;

  async function takeTurn(): Promise<void> {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (waiting.size >= maxWaiting) throw tooMany();
    await new Promise<void>((resolve, reject) => {
      // Whose turn comes takes over the place of the one who left.
      const begin = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(begin);
        reject(tooMany());
      }, maxWaitMs);
      waiting.add(begin);
    });
  }

  function leave(): void {
    const [next] = waiting;
    if (next === undefined) {
      running -= 1;
      return;
    }
    waiting.delete(next);
    next();
  }

  function tooMany(): Error {
    return overloaded(`Too many ${name} are asked for at once; try again.`);
  }

  return {
    async run(work) {
      await takeTurn();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
