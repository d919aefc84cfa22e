/** More keys than this are asked for in several questions. */
const maxKeysPerQuestion = 1_000;

export type Batcher<Answer> = {
  /** The key's answer, undefined where there is none. Keys that are asked for in the same turn share one question. */
  ask(key: string): Promise<Answer | undefined>;
  /** Later callers no longer share the questions that are under way. */
  forget(): void;
};

/** Gathers the keys that are asked for while the event loop makes one turn, and asks for all of them at once. */
export function createBatcher<Answer>(
  askForMany: (keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>,
): Batcher<Answer> {
  let underWay = new Map<string, Promise<Answer | undefined>>();
  let gathering: { keys: string[]; answers: Promise<ReadonlyMap<string, Answer>> } | undefined;

  function gather(key: string): Promise<ReadonlyMap<string, Answer>> {
    if (gathering === undefined || gathering.keys.length >= maxKeysPerQuestion) {
      const keys: string[] = [];
      const answers = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        if (gathering?.keys === keys) gathering = undefined;
        return askForMany(keys);
      });
      gathering = { keys, answers };
    }
    gathering.keys.push(key);
    return gathering.answers;
  }

  return {
    ask: (key) => {
      const asked = underWay.get(key);
      if (asked !== undefined) return asked;
      const questions = underWay;
      const answer = gather(key)
        .then((answers) => answers.get(key))
        .finally(() => questions.delete(key));
      questions.set(key, answer);
      return answer;
    },
    forget: () => {
      underWay = new Map();
      gathering = undefined;
    },
  };
}
