import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askAsAdmin } from "../support/ask-as-admin.js";
import { axeViolations } from "../support/axe.js";
import { openBrowser, signIn, visit } from "../support/browser.js";
import { type BuiltService, startBuiltService } from "../support/built-service.js";

let service: BuiltService;
let browser: Browser;
let key: string;
beforeAll(async () => {
  [service, browser] = await Promise.all([startBuiltService(), openBrowser()]);
  await askAsAdmin(service, "/api/projects", { id: "watched", name: "Watched" });
  ({ key } = (await askAsAdmin(service, "/api/projects/watched/keys", { scopes: ["ingest"] })) as { key: string });
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
});

describe("the live page", () => {
  it("shows events as they come, holds still when paused, and goes on after the service was away", async () => {
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await page.goto("/projects/watched/live");
    await page.getByText("No events yet").waitFor();
    await send("first_one");
    await shown(page, "first_one").waitFor();
    expect(await axeViolations(page)).toEqual([]);

    await page.getByRole("button", { name: "Pause" }).click();
    await send("second_one");
    await page.getByText("1 new since").waitFor();
    expect(await shown(page, "second_one").count()).toBe(0);
    await page.getByRole("button", { name: "Go on" }).click();
    await shown(page, "second_one").waitFor();

    await service.stop();
    await page.getByText("There is no connection").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await service.start();
    await page.getByRole("button", { name: "Try now" }).click();
    await page.getByText("Live", { exact: true }).last().waitFor();
    await send("third_one");
    await shown(page, "third_one").waitFor();
    expect(
      await page
        .getByRole("listitem")
        .filter({ hasText: /^.*_one/ })
        .count(),
    ).toBe(3);
    // The console tells of each attempt while the service was going, or gone.
    expect(complaints.filter((complaint) => !/ERR_|status of 503/.test(complaint))).toEqual([]);
    await context.close();
  });
});

function shown(page: Page, name: string) {
  return page.getByRole("main").getByRole("listitem").filter({ hasText: name });
}

async function send(name: string): Promise<void> {
  const response = await fetch(`${service.url}/api/events/single`, {
    method: "POST",
    headers: { "x-api-key": key, "content-type": "application/json" },
    body: JSON.stringify({
      eventId: name,
      type: "custom",
      sessionId: "s1",
      userId: "ada",
      properties: { eventName: name },
    }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
}
