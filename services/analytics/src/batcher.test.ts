import { describe, expect, it } from "vitest";
import { createBatcher } from "./batcher.js";

const answersOf = (keys: readonly string[]) =>
  new Map(keys.filter((key) => key !== "none").map((key) => [key, key + key]));

describe("batcher", () => {
  it("asks once for all keys of a turn, and once for a key that several ask for", async () => {
    const questions: string[][] = [];
    const batcher = createBatcher(async (keys) => {
      questions.push([...keys]);
      return answersOf(keys);
    });
    expect(await Promise.all(["a", "b", "a", "none"].map((key) => batcher.ask(key)))).toEqual([
      "aa",
      "bb",
      "aa",
      undefined,
    ]);
    expect(questions).toEqual([["a", "b", "none"]]);
    await batcher.ask("a");
    expect(questions).toHaveLength(2);
  });

  it("fails those who asked together, and nobody later", async () => {
    let fails = true;
    const batcher = createBatcher(async (keys) => {
      if (fails) throw new Error("away");
      return answersOf(keys);
    });
    const results = await Promise.allSettled([batcher.ask("a"), batcher.ask("b")]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    fails = false;
    expect(await batcher.ask("a")).toBe("aa");
  });

  it("splits what is more than a thousand keys", async () => {
    const sizes: number[] = [];
    const batcher = createBatcher(async (keys) => {
      sizes.push(keys.length);
      return answersOf(keys);
    });
    const keys = Array.from({ length: 2_500 }, (_, n) => `k${n}`);
    expect(await Promise.all(keys.map((key) => batcher.ask(key)))).toEqual(keys.map((key) => key + key));
    expect(sizes.sort((a, b) => a - b)).toEqual([500, 1_000, 1_000]);
  });
});
