import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askAsAdmin } from "../support/ask-as-admin.js";
import { axeViolations } from "../support/axe.js";
import { openBrowser, settle, signIn, visit } from "../support/browser.js";
import { type BuiltService, startBuiltService } from "../support/built-service.js";

const days = "period=30d&tz=Europe/Berlin";

let service: BuiltService;
let browser: Browser;
let projectId: string;
beforeAll(async () => {
  [service, browser] = await Promise.all([startBuiltService(), openBrowser()]);
  await service.run("demo", "--projects", "1", "--days", "30");
  const { items } = (await ask("/api/projects")) as { items: { id: string }[] };
  projectId = items.find(({ id }) => id !== "demo-app")?.id ?? "";
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
});

describe("the questions of a project", () => {
  it("are asked of a funnel that is built by the keyboard, and that a link carries to others", async () => {
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await page.goto(`/projects/${projectId}/funnels?${days}`);
    await settle(page);
    const [first, second] = await customEvents();
    await page.getByLabel("Step 1: event").selectOption({ label: second });
    await page.getByLabel("Step 2: event").selectOption({ label: first });
    await page.getByRole("button", { name: "Add a step" }).click();
    expect(await page.getByRole("button", { name: "Show the funnel" }).isDisabled()).toBe(true);
    await page.getByLabel("Step 3: event").selectOption({ label: "Any screen_view" });
    await page.getByRole("button", { name: "Step 3: move up" }).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Step 3: remove" }).click();
    expect(await chosen(page)).toEqual(["Any screen_view", second]);
    await page.getByRole("button", { name: "Step 2: add a condition" }).click();
    await page.getByLabel("Step 2, condition 1: property").fill("eventName");
    await page.getByLabel("Step 2, condition 1: comparison").selectOption("exists");
    await page.getByRole("button", { name: "Show the funnel" }).click();
    await page.getByRole("heading", { name: "Step by step" }).waitFor();
    await settle(page);
    const asked = JSON.parse(new URL(page.url()).searchParams.get("steps") ?? "");
    expect(asked).toEqual([
      { type: "screen_view" },
      { type: "custom", name: second, properties: [{ key: "eventName", operator: "exists" }] },
    ]);
    expect(await axeViolations(page)).toEqual([]);
    const told = await page.getByRole("region", { name: "Steps", exact: true }).textContent();

    const other = await visit(browser, { url: service.url });
    await signIn(other.page, service.adminToken);
    await other.page.goto(page.url());
    await settle(other.page);
    expect(await other.page.getByRole("region", { name: "Steps", exact: true }).textContent()).toBe(told);
    expect(await chosen(other.page)).toEqual(["Any screen_view", second]);
    expect([...complaints, ...other.complaints]).toEqual([]);
    await Promise.all([context.close(), other.context.close()]);
  });

  it("show who came back as a table whose file has every cell", async () => {
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await page.goto(`/projects/${projectId}/retention?${days}&granularity=day`);
    await settle(page);
    const { cohorts } = (await ask(`/api/projects/${projectId}/retention?${days}&granularity=day`)) as {
      cohorts: { cells: unknown[] }[];
    };
    const lines = await savedLines(page, () => page.getByRole("button", { name: "Cohorts: download CSV" }).click());
    expect(lines).toHaveLength(1 + cohorts.reduce((sum, { cells }) => sum + cells.length, 0));
    expect(await page.getByRole("rowheader").count()).toBe(1 + cohorts.length);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("lead from a session to who acted in it, who is deleted once the id is typed, and leaves a receipt", async () => {
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await page.goto(`/projects/${projectId}/sessions?${days}`);
    await settle(page);
    await page.getByRole("row").nth(1).getByRole("link").first().click();
    await page.getByRole("heading", { name: "Session", level: 1 }).waitFor();
    await settle(page);
    const who = (await page.locator("dd").getByRole("link").first().textContent()) ?? "";
    await page.getByRole("link", { name: who }).click();
    await page.getByRole("heading", { name: who, level: 1 }).waitFor();
    await settle(page);
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    expect(await axeViolations(page)).toEqual([]);
    const sure = page.getByRole("button", { name: "Delete for good" });
    expect(await sure.isDisabled()).toBe(true);
    await page.getByLabel(`Type ${who} to confirm`).fill(who);
    await sure.click();
    const hash = createHash("sha256").update(who).digest("hex");
    await page.getByText(hash).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("link", { name: "All receipts" }).click();
    await page.getByTitle(hash).waitFor();
    await page.goto(`/projects/${projectId}/people/${encodeURIComponent(who)}`);
    await page.getByText("There is no such thing").waitFor();
    // The last page asks for somebody who is gone, which the console tells.
    expect(complaints.filter((complaint) => !complaint.includes("404"))).toEqual([]);
    await context.close();
  });

  it("offer to delete people to nobody but an admin", async () => {
    const { items } = (await ask(`/api/projects/${projectId}/actors?limit=1`)) as { items: { id: string }[] };
    const { key } = (await ask(`/api/projects/${projectId}/keys`, { scopes: ["read"] })) as { key: string };
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, key);
    await page.goto(`/projects/${projectId}/people/${encodeURIComponent(items[0]?.id ?? "")}`);
    await settle(page);
    await page.getByRole("heading", { name: "About them" }).waitFor();
    expect(await page.getByRole("button", { name: "Delete" }).count()).toBe(0);
    expect(await page.getByRole("link", { name: "Export", exact: true }).count()).toBe(1);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("hand over the raw events that match the filters, each once", async () => {
    const [name] = await customEvents();
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await page.goto(`/projects/${projectId}/export?${days}`);
    await settle(page);
    await page.getByLabel("Event", { exact: true }).selectOption({ label: name });
    await page.getByText("NDJSON").click();
    await settle(page);
    const told = await page.locator("data").first().getAttribute("value");
    const lines = await savedLines(page, () => page.getByRole("link", { name: "Download NDJSON" }).click());
    const events = lines.map((line) => JSON.parse(line) as { eventId: string; name: string });
    expect(events.every((event) => event.name === name)).toBe(true);
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(Number(told));
    expect(events).toHaveLength(Number(told));
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("narrow an event's page to one value of a property", async () => {
    const [name] = await customEvents();
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await page.goto(`/projects/${projectId}/events/detail?type=custom&name=${name}&${days}`);
    await settle(page);
    await page.getByRole("button", { name, exact: true }).click();
    await settle(page);
    expect(new URL(page.url()).searchParams.get("property")).toBe(`eventName:${name}`);
    expect(await page.getByLabel("Property, as key:value").inputValue()).toBe(`eventName:${name}`);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

function ask(path: string, body?: object): Promise<unknown> {
  return askAsAdmin(service, path, body);
}

/** The names of the two custom events of which there are most. */
async function customEvents(): Promise<[string, string]> {
  const { items } = (await ask(`/api/projects/${projectId}/events?type=custom&limit=2&${days}`)) as {
    items: { name: string }[];
  };
  return [items[0]?.name ?? "", items[1]?.name ?? ""];
}

/** What each step of the builder has chosen. */
function chosen(page: Page): Promise<string[]> {
  return page
    .getByLabel(/^Step \d: event$/)
    .locator("option:checked")
    .allInnerTexts();
}

/** The lines of the file that the click hands over. */
async function savedLines(page: Page, click: () => Promise<void>): Promise<string[]> {
  const download = page.waitForEvent("download");
  await click();
  const text = await readFile(await (await download).path(), "utf8");
  return text.trimEnd().split(/\r?\n/);
}
