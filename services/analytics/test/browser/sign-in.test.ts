import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeViolations } from "../support/axe.js";
import { openBrowser, settle, signIn, visit } from "../support/browser.js";
import { type BuiltService, startBuiltService } from "../support/built-service.js";

let service: BuiltService;
let browser: Browser;
beforeAll(async () => {
  [service, browser] = await Promise.all([startBuiltService(), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
});

describe("the files of the pages", () => {
  it("are sent compressed and kept for ever, and plainly to whoever takes no compression", async () => {
    const page = await (await fetch(service.url)).text();
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? "";
    const ask = (encoding: string): Promise<Response> =>
      fetch(service.url + script, { headers: { "accept-encoding": encoding } });
    const [brotli, gzip, plain] = await Promise.all([ask("gzip, deflate, br"), ask("gzip"), ask("identity")]);
    expect([brotli, gzip, plain].map(({ headers }) => headers.get("content-encoding"))).toEqual(["br", "gzip", null]);
    expect(brotli.headers.get("cache-control")).toContain("immutable");
    expect(brotli.headers.get("content-type")).toContain("javascript");
    const text = await plain.text();
    expect(await brotli.text()).toBe(text);
    expect(await gzip.text()).toBe(text);
    expect(Number(brotli.headers.get("content-length"))).toBeLessThan(text.length / 3);
  });
});

describe("signing in", () => {
  it("asks for a token, refuses a wrong one, and leads on to where one wanted to go", async () => {
    const { page, context } = await visit(browser, { url: service.url });
    await page.goto("/platform/projects");
    await page.getByLabel("Token or key").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel("Token or key").fill("mgt_wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Nobody knows this token").waitFor();
    await page.getByLabel("Token or key").fill(service.adminToken);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Projects", level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/platform/projects");
    await context.close();
  });

  it("keeps the token from scripts, and ends with a click", async () => {
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await settle(page);
    expect(await page.evaluate("document.cookie")).toBe("");
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", secure: false });
    expect(cookie?.value).not.toContain(service.adminToken);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Token or key").waitFor();
    await page.goto("/platform");
    await page.getByLabel("Token or key").waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});
