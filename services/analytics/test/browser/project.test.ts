import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askAsAdmin } from "../support/ask-as-admin.js";
import { axeViolations } from "../support/axe.js";
import { desktop, openBrowser, phone, settle, signIn, visit } from "../support/browser.js";
import { type BuiltService, startBuiltService } from "../support/built-service.js";
import { adminPages, findInnerPages, ownerPages } from "../support/project-pages.js";

const days = "period=30d&tz=Europe/Berlin";

let service: BuiltService;
let browser: Browser;
let projectId: string;
const ask = (path: string, body?: object): Promise<unknown> => askAsAdmin(service, path, body);
beforeAll(async () => {
  [service, browser] = await Promise.all([startBuiltService(), openBrowser()]);
  await service.run("demo", "--projects", "1", "--days", "30");
  const { items } = (await ask("/api/projects")) as { items: { id: string }[] };
  projectId = items.find(({ id }) => id !== "demo-app")?.id ?? "";
  await ask("/api/projects", { id: "empty", name: "Empty" });
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
});

describe("the pages of a project", () => {
  it("are what its owner walks through with a read key, and no other project's", async () => {
    const { key } = (await ask(`/api/projects/${projectId}/keys`, { scopes: ["read"] })) as { key: string };
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, key);
    await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/projects/${projectId}`);
    for (const { link } of ownerPages) {
      await page.getByRole("link", { name: link, exact: true }).first().click();
      await page.getByRole("heading", { name: link, level: 1 }).waitFor();
      await settle(page);
      expect(await page.getByRole("alert").count(), link).toBe(0);
    }
    expect(await page.getByRole("link", { name: "Keys", exact: true }).count()).toBe(0);
    await page.goto("/projects/empty");
    await page.waitForURL((url) => url.pathname === `/projects/${projectId}`);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("let another see what a link's sender saw", async () => {
    const { page, context, complaints } = await visit(browser, { url: service.url, timezoneId: "Asia/Kolkata" });
    await signIn(page, service.adminToken);
    await page.goto(`/projects/${projectId}?${days}&metric=sessions&platform=ios`);
    await settle(page);
    expect(await page.getByLabel("Platform").inputValue()).toBe("ios");
    expect(await page.getByLabel("Time zone").inputValue()).toBe("Europe/Berlin");
    expect(await page.getByRole("button", { name: "Sessions", pressed: true }).count()).toBe(1);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("say what to do where nothing has come yet", async () => {
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    for (const { path, empty } of ownerPages) {
      await page.goto(`/projects/empty${path}?${days}`);
      await settle(page);
      await page.getByText(empty).waitFor();
    }
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("make a key, show it once, and revoke it when asked twice", async () => {
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await page.goto("/projects/empty/keys");
    await page.getByRole("button", { name: "New key" }).click();
    await page.getByLabel("Name").fill("Release 2");
    await page.getByRole("button", { name: "Make the key" }).click();
    expect(await page.getByLabel("Key", { exact: true }).inputValue()).toMatch(/^mgk_/);
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: /^Revoke mgk_/ }).click();
    await page.getByRole("button", { name: "Revoke", exact: true }).click();
    await page.getByText("revoked").waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("save the settings, which then hold", async () => {
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await page.goto("/projects/empty/settings");
    await page.getByLabel("Name").fill("Still empty");
    await page.getByLabel("Events a minute").fill("250");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    expect(await ask("/api/projects/empty")).toMatchObject({ name: "Still empty", eventsPerMinute: 250 });
    expect(complaints).toEqual([]);
    await context.close();
  });

  it.each([
    { viewport: desktop, colorScheme: "light" },
    { viewport: phone, colorScheme: "dark" },
  ] as const)("have no fault that axe knows and fit at $viewport.width in $colorScheme", async (look) => {
    const { page, context, complaints } = await visit(browser, { url: service.url, ...look });
    await signIn(page, service.adminToken);
    const faults: string[] = [];
    const inner = Object.values(await findInnerPages(ask, projectId));
    for (const path of [...ownerPages.map((one) => one.path), ...adminPages.map((one) => one.path), ...inner]) {
      await page.goto(`/projects/${projectId}${path}${path.includes("?") ? "&" : "?"}${days}`);
      await settle(page);
      faults.push(...(await axeViolations(page)).map((fault) => `${path}: ${fault}`));
      if (await isTooWide(page)) faults.push(`${path}: wider than the window`);
    }
    expect(faults).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate<boolean>("document.documentElement.scrollWidth > window.innerWidth");
}
