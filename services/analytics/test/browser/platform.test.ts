import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askAsAdmin } from "../support/ask-as-admin.js";
import { axeViolations } from "../support/axe.js";
import { desktop, openBrowser, phone, settle, signIn, visit } from "../support/browser.js";
import { type BuiltService, startBuiltService } from "../support/built-service.js";
import { pages } from "../support/pages.js";
import { fillPlatform } from "../support/platform-world.js";

let service: BuiltService;
let browser: Browser;
beforeAll(async () => {
  [service, browser] = await Promise.all([startBuiltService(), openBrowser()]);
  await service.run("demo", "--projects", "2", "--days", "30");
  await fillPlatform(service);
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
});

describe("the pages of the platform", () => {
  it.each([
    { viewport: desktop, colorScheme: "light" },
    { viewport: phone, colorScheme: "dark" },
  ] as const)("have no fault that axe knows and fit at $viewport.width in $colorScheme", async (look) => {
    const { page, context, complaints } = await visit(browser, { url: service.url, ...look });
    await signIn(page, service.adminToken);
    const faults: string[] = [];
    for (const [name, where] of Object.entries(pages)) {
      await page.goto(where);
      await settle(page);
      faults.push(...(await axeViolations(page)).map((fault) => `${name}: ${fault}`));
      if (await isTooWide(page)) faults.push(`${name}: wider than the window`);
      if ((await page.getByRole("alert").count()) > 0) faults.push(`${name}: something could not be loaded`);
    }
    expect(faults).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("say what is missing, and no more than that, where nothing has come yet", async () => {
    const fresh = await startBuiltService();
    try {
      const { page, context, complaints } = await visit(browser, { url: fresh.url });
      await signIn(page, fresh.adminToken);
      const faults: string[] = [];
      for (const [name, where] of Object.entries(pages)) {
        await page.goto(where);
        await settle(page);
        faults.push(...(await axeViolations(page)).map((fault) => `${name}: ${fault}`));
        if ((await page.getByRole("alert").count()) > 0) faults.push(`${name}: something could not be loaded`);
      }
      expect(faults).toEqual([]);
      // The pictures' call is unknown here: the browser's own line about a status of 404.
      expect(complaints.filter((line) => !line.includes("404"))).toEqual([]);
      await context.close();
    } finally {
      await fresh.close();
    }
  });

  it("tell what stands at a place of a chart, under the pointer and by the arrow keys", async () => {
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await page.goto("/platform?period=30d&tz=UTC");
    await settle(page);
    const chart = page.getByRole("figure", { name: "Cost by day" });
    const tooltip = chart.getByText(/^[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d{4}/);
    await chart.hover();
    await tooltip.waitFor();
    await page.mouse.move(0, 0);
    await tooltip.waitFor({ state: "detached" });
    const places = chart.getByRole("slider", { name: "Cost by day, by day" });
    await places.focus();
    const last = await places.getAttribute("aria-valuetext");
    expect(last).toMatch(/^.+: This period \$[\d.,]+, Period before (\$[\d.,]+|no value)$/);
    await page.keyboard.press("ArrowLeft");
    expect(await places.getAttribute("aria-valuetext")).not.toBe(last);
    await tooltip.waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("price a model that had none, and offer to change nothing to who may only read", async () => {
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await page.goto("/platform/prices?tz=UTC");
    await page.getByRole("button", { name: "Set price for maker-small-2" }).click();
    expect(await page.getByLabel("Provider").inputValue()).toBe("maker");
    await page.getByLabel("Input", { exact: true }).fill("0");
    await page.getByLabel("Output", { exact: true }).fill("lots");
    await page.getByRole("button", { name: "Set the price" }).click();
    await page.getByText("must be a decimal").waitFor();
    expect(await page.getByLabel("Output", { exact: true }).getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("Input", { exact: true }).fill("0.80");
    await page.getByLabel("Output", { exact: true }).fill("4");
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Set the price" }).click();
    await page.getByText("The price is set").waitFor();
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Set price for maker-small-2" }).waitFor({ state: "detached" });
    // The refusal is the browser's own line about a status of 400.
    expect(complaints.filter((line) => !line.includes("400"))).toEqual([]);
    await context.close();

    const { token } = (await askAsAdmin(service, "/tokens", { name: "reader", scopes: ["platform:read"] })) as {
      token: string;
    };
    const reader = await visit(browser, { url: service.url });
    await signIn(reader.page, token);
    expect(await reader.page.getByRole("link", { name: /Tokens|Audit log/ }).count()).toBe(0);
    await reader.page.goto("/platform/reports?tz=UTC");
    await settle(reader.page);
    expect(await reader.page.getByRole("alert").count()).toBe(0);
    await reader.page.goto("/platform/prices?tz=UTC");
    await settle(reader.page);
    expect(await reader.page.getByRole("button", { name: /New price|Set price|Override|End|Dry run/ }).count()).toBe(0);
    await reader.context.close();
  });

  it("override a price, show what a recost would change, and write it when asked twice", async () => {
    const model = "claude-3-haiku-20240307";
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await page.goto(`/platform/prices?tz=UTC&q=${model}&source=brief`);
    await page.getByRole("button", { name: `Override ${model}, anthropic` }).click();
    await page.getByLabel("Input", { exact: true }).fill("0.5");
    await page.getByLabel("Holds from").selectOption("ever");
    await page.getByRole("button", { name: "Set the price" }).click();
    await page.getByRole("button", { name: "Recost calls of the past…" }).click();
    const costs = async () =>
      ((await askAsAdmin(service, "/costs?groupBy=model&period=all")) as { totalCost: number }).totalCost;
    const before = await costs();
    await page.getByRole("button", { name: "Dry run" }).click();
    await page.getByText("Calls that change").waitFor();
    expect(await costs()).toBe(before);
    expect(
      await page.getByRole("region", { name: "Difference by model and day" }).getByText(model).count(),
    ).toBeGreaterThan(1);
    await page.getByRole("button", { name: "Apply…" }).click();
    await page.getByRole("button", { name: "Apply", exact: true }).click();
    await page.getByText(/^Written:/).waitFor();
    expect(await costs()).toBeGreaterThan(before);
    await page.goto(`/platform/prices?tz=UTC&source=operator&q=${model}`);
    await page.getByRole("button", { name: `End ${model}, anthropic` }).click();
    await page.getByRole("button", { name: "End the price" }).click();
    await page.getByRole("button", { name: `End ${model}, anthropic` }).waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("lead from a model's cost to the features that it was spent on, and back", async () => {
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await page.goto("/platform/costs?period=30d&tz=UTC");
    await page.getByRole("link", { name: "claude-3-sonnet-20240229" }).click();
    await page.getByRole("link", { name: "generation/code" }).waitFor();
    const query = new URL(page.url()).searchParams;
    expect(Object.fromEntries(query)).toEqual({
      period: "30d",
      tz: "UTC",
      by: "feature",
      model: "claude-3-sonnet-20240229",
    });
    await page.getByRole("button", { name: /^Model: claude-3-sonnet/ }).click();
    await page.getByRole("link", { name: "generation/planning" }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("make a budget, change it, and delete it when asked twice", async () => {
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await page.goto("/platform/budgets?tz=UTC");
    await page.getByRole("button", { name: "New budget" }).click();
    await page.getByLabel("Whose calls count").selectOption("project");
    await page.getByLabel("Id of the project").fill("shop");
    await page.getByLabel("Limit, US dollars").fill("-5");
    await page.getByLabel("Who is told").fill("finance@example.com");
    await page.getByRole("button", { name: "Make the budget" }).click();
    await page.getByText("must be above 0").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel("Limit, US dollars").fill("12.34");
    await page.getByRole("button", { name: "Make the budget" }).click();
    await page.getByRole("button", { name: "Alerts: project shop" }).click();
    await page.getByText("Told at 50%, 80%, 100% of the limit: the service’s log, finance@example.com.").waitFor();
    await page.getByText("No threshold was passed yet.").waitFor();
    await page.getByRole("button", { name: "Close", exact: true }).last().click();
    await page.getByRole("button", { name: "Edit: project shop" }).click();
    await page.getByLabel("Name (optional)").fill("The shop");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Delete: The shop" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("button", { name: "Delete: The shop" }).waitFor({ state: "detached" });
    expect(complaints.filter((line) => !line.includes("400"))).toEqual([]);
    await context.close();
  });

  it("tell what a call was charged, and lead from a user to what they cost", async () => {
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await page.goto("/platform/usage?period=30d&tz=UTC");
    await page.getByLabel("Request id", { exact: true }).fill("cached-1");
    await page.getByRole("button", { name: "Look up" }).click();
    await page.getByRole("row", { name: "Input from a cache 12,000" }).waitFor();
    await page.getByLabel("Request id", { exact: true }).fill("nobody-knows");
    await page.getByRole("button", { name: "Look up" }).click();
    await page.getByText("No call is recorded under “nobody-knows”.").waitFor();
    await page.getByRole("link", { name: "Users", exact: true }).click();
    await page.getByRole("link", { name: "user-1", exact: true }).click();
    await page.getByText("This month, projected").waitFor();
    await page.getByRole("link", { name: "shop", exact: true }).click();
    await page.getByRole("button", { name: /^User: user-1/ }).waitFor();
    expect(complaints.filter((line) => !line.includes("404"))).toEqual([]);
    await context.close();
  });

  it("subscribe an address to a report, pause it, and remove it when asked twice", async () => {
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await page.goto("/platform/reports?tz=UTC");
    await page.getByRole("button", { name: "Subscribe" }).click();
    await page.getByLabel("Mail address").fill("owner@example.com");
    await page.getByLabel("About").selectOption("user");
    await page.getByLabel("Id of the user").fill("user-1");
    await page.getByRole("button", { name: "Subscribe" }).last().click();
    await page.getByRole("button", { name: "Pause: owner@example.com, user user-1" }).click();
    await page.getByRole("button", { name: "Resume: owner@example.com, user user-1" }).waitFor();
    await page.getByRole("button", { name: "Remove: owner@example.com, user user-1" }).click();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByText("owner@example.com").first().waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("make a token, show it once, revoke it when asked twice, and keep who did so", async () => {
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await page.goto("/platform/tokens?tz=UTC");
    await page.getByRole("button", { name: "New token" }).click();
    await page.getByLabel("Name").fill("visitor");
    await page.getByRole("button", { name: "Make the token" }).click();
    expect(await page.getByLabel("Token", { exact: true }).inputValue()).toMatch(/^mgt_/);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Revoke visitor" }).click();
    await page.getByRole("button", { name: "Revoke", exact: true }).click();
    await page.getByText("revoked").waitFor();
    await page.getByRole("link", { name: "Audit log" }).click();
    await page.getByText("token.revoke").first().waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("rank and search all projects by the URL, and say when none is left", async () => {
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await page.goto("/platform/projects?period=30d&tz=UTC&rank=name");
    await settle(page);
    const names = await page.getByRole("row").getByRole("link").allInnerTexts();
    expect(names.length).toBeGreaterThan(2);
    expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b)));
    await page.getByLabel("Search projects").fill("demo-app");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.getByText(/^1 of \d projects/).waitFor();
    expect(new URL(page.url()).searchParams.get("find")).toBe("demo-app");
    await page.getByLabel("Search projects").fill("no app is called so");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.getByText("There are no such projects").waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("show what a job did, step by step", async () => {
    const { page, context, complaints } = await visit(browser, { url: service.url });
    await signIn(page, service.adminToken);
    await page.goto("/platform/jobs?tz=UTC");
    await page
      .getByRole("button", { name: /^Steps of attempt 1/ })
      .first()
      .click();
    await page.getByRole("dialog").getByText("counters").first().waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});

function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate<boolean>("document.documentElement.scrollWidth > window.innerWidth");
}
