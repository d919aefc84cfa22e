import { execFile } from "node:child_process";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import type { Browser, Request } from "playwright-core";
import { openBrowser, settle, signIn, visit } from "../../test/support/browser.js";
import { adminToken, type Environment, startService } from "../environment.js";
import type { Part } from "../part.js";
import { median, milliseconds } from "../report.js";

const cli = path.join(import.meta.dirname, "../../dist/cli.js");
const days = 90;
const visits = 7;
const mostMs = 1_000;
const mostScriptBytes = 200_000;

export const firstPage: Part = {
  title: `The dashboard's first page, with ${days} days of demo data`,
  async run(environment, _settings, progress) {
    const service = await startService(environment);
    const browser = await openBrowser();
    try {
      await fillWithDemo(environment);
      progress("filled with demo data");
      const seen = await visitAll(browser, service.url);
      const usableMs = median(seen.map((visit) => visit.usableMs));
      const scriptBytes = Math.max(...seen.map((visit) => visit.scriptBytes));
      const gzippedBytes = Math.max(...seen.map((visit) => visit.gzippedBytes));
      return {
        rows: [
          {
            measured: "until it can be used: navigation, controls and all cards, nothing cached",
            figure: milliseconds(usableMs),
            against: "",
            ratio: "",
            target: `≤ ${mostMs} ms`,
            met: usableMs <= mostMs,
          },
          {
            measured: "JavaScript that it loads, charts and all, gzipped",
            figure: `${(gzippedBytes / 1_000).toFixed(0)} KB`,
            against: "",
            ratio: "",
            target: `≤ ${mostScriptBytes / 1_000} KB`,
            met: gzippedBytes <= mostScriptBytes,
          },
        ],
        notes: [
          `every number and chart was there after ${milliseconds(median(seen.map((visit) => visit.wholeMs)))}`,
          `over the wire, with Brotli, that JavaScript is ${(scriptBytes / 1_000).toFixed(0)} KB`,
          `medians of ${visits} visits over loopback, by a browser on the same cores`,
        ],
      };
    } finally {
      await browser.close();
      await service.stop();
    }
  },
};

async function fillWithDemo({ databaseUrl, redisUrl, folder }: Environment): Promise<void> {
  await promisify(execFile)(process.execPath, [cli, "demo", "--days", String(days)], {
    env: {
      PATH: process.env["PATH"],
      NODE_ENV: "production",
      ADMIN_TOKEN: adminToken,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      DATA_DIR: folder,
    },
    maxBuffer: 64 * 1024 * 1024,
  });
}

type Seen = { usableMs: number; wholeMs: number; scriptBytes: number; gzippedBytes: number };

async function visitAll(browser: Browser, url: string): Promise<Seen[]> {
  const first = await visit(browser, { url });
  await signIn(first.page, adminToken);
  await settle(first.page);
  const cookies = await first.context.cookies();
  await first.context.close();
  const seen: Seen[] = [];
  for (let n = 0; n < visits; n += 1) {
    const { page, context } = await visit(browser, { url });
    await context.addCookies(cookies);
    const scripts: Request[] = [];
    page.on("requestfinished", (request) => {
      if (request.resourceType() === "script") scripts.push(request);
    });
    const start = performance.now();
    await page.goto("/", { waitUntil: "commit" });
    await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
    await page.getByText("Most expensive models").waitFor();
    const usableMs = performance.now() - start;
    await page.locator("figure svg").nth(2).waitFor();
    await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
    const wholeMs = performance.now() - start;
    const sizes = await Promise.all(scripts.map(sizesOf));
    const sumOf = (size: (one: ScriptSizes) => number): number => sizes.reduce((sum, one) => sum + size(one), 0);
    seen.push({ usableMs, wholeMs, scriptBytes: sumOf(({ wire }) => wire), gzippedBytes: sumOf(({ gzip }) => gzip) });
    await context.close();
  }
  return seen;
}

type ScriptSizes = { wire: number; gzip: number };

async function sizesOf(script: Request): Promise<ScriptSizes> {
  const [{ responseBodySize }, response] = await Promise.all([script.sizes(), script.response()]);
  if (response === null) throw new Error(`${script.url()} was not answered`);
  return { wire: responseBodySize, gzip: gzipSync(await response.body(), { level: 9 }).length };
}
