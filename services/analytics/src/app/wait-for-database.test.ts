import { describe, expect, it } from "vitest";
import { waitForDatabase } from "./wait-for-database.js";

const lines: string[] = [];
const logger = { warn: (_fields: unknown, message?: string) => void lines.push(String(message)) };

/** What comes out after these failures, one a try. */
function tries(...failures: unknown[]): { open: () => Promise<string>; count: () => number } {
  let n = 0;
  const open = async () => {
    const failure = failures[n++];
    if (failure !== undefined) throw failure;
    return "open";
  };
  return { open, count: () => n };
}

function refusal(code: string): Error {
  const cause = Object.assign(new Error(`says ${code}`), { code });
  return Object.assign(new Error("not reachable", { cause }), { name: "DatabaseUnavailableError" });
}

describe("the first thing done with the database", () => {
  it("is done again while the database is not there, or recovers", async () => {
    const { open, count } = tries(refusal("ECONNREFUSED"), refusal("57P03"));
    expect(await waitForDatabase(open, { waitMs: 60_000, logger })).toBe("open");
    expect([count(), lines]).toEqual([3, ["waiting for PostgreSQL"]]);
  });

  it.each(["28P01", "3D000", "42501"])("fails at once with %s, which no waiting mends", async (code) => {
    const { open, count } = tries(refusal(code));
    await expect(waitForDatabase(open, { waitMs: 60_000, logger })).rejects.toThrow("not reachable");
    expect(count()).toBe(1);
  });

  it("fails once the time is over", async () => {
    const { open, count } = tries(refusal("57P03"), refusal("57P03"), refusal("57P03"));
    await expect(waitForDatabase(open, { waitMs: 1_500, logger })).rejects.toThrow("not reachable");
    expect(count()).toBe(2);
    await expect(waitForDatabase(open, { waitMs: 0, logger })).rejects.toThrow("not reachable");
    expect(count()).toBe(3);
  });
});
