import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createVerifyStore } from "../../src/stores/postgres/verify-store.js";
import { formatVerifyReport, verify } from "../../src/verify.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { playRound, type Tally } from "../support/fuzz-round.js";
import { anyShot, ingestRoutes, write } from "../support/nasty-bodies.js";
import { corpus } from "../support/nasty-corpus.js";

// A failure prints its seed and path. FUZZ_SECONDS plays on for so long, FUZZ_SEED plays other rounds.
const seed = Number(process.env["FUZZ_SEED"] ?? 20_260_318);
const seconds = Number(process.env["FUZZ_SECONDS"] ?? 0);
const fixedRounds = 120;
const maxShotsPerRound = 10;

let app: TestApp;
const sum: Tally = { requests: 0, refused: 0, overloaded: 0, stored: 0, duplicates: 0, rejected: 0 };

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  if (seconds > 0) console.log("fuzz", { seed, ...sum });
  await app.stop();
});

function add(tally: Tally): void {
  for (const name of Object.keys(sum) as (keyof Tally)[]) sum[name] += tally[name];
}

async function expectCleanBooks(): Promise<void> {
  const report = await verify(createVerifyStore(app.pool));
  expect(report.clean, formatVerifyReport(report)).toBe(true);
  expect((await app.fetchJson("/health")).status).toBe(200);
}

describe("the ingestion routes", () => {
  it.each(corpus)("keep their books when %s comes to each of them", async (_what, bodies) => {
    add(
      await playRound(
        app,
        ingestRoutes.flatMap((route) => bodies.map((body) => ({ route, ...body, how: "whole" as const }))),
      ),
    );
  });

  it(
    "acknowledge what they store and store what they acknowledge, whatever is done to valid requests",
    async () => {
      let round = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(anyShot, { minLength: 1, maxLength: maxShotsPerRound }), async (shots) => {
          round += 1;
          const requests = shots.map((shot) => ({ route: shot.route, how: shot.how, ...write(shot, `${round}.`) }));
          add(await playRound(app, requests));
        }),
        {
          seed,
          ...(seconds > 0
            ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1_000 }
            : { numRuns: fixedRounds }),
        },
      );
      // Neither may the fuzz be so wild that nothing passes, nor so tame that nothing is refused.
      for (const name of ["refused", "stored", "duplicates", "rejected"] as const)
        expect(sum[name], name).toBeGreaterThan(100);
    },
    (seconds + 120) * 1_000,
  );

  it("leave rollups, sessions and ledgers that agree with the rows", expectCleanBooks, 60_000);
});
