import { describe, expect, it } from "vitest";
import { askAsAdmin } from "../support/ask-as-admin.js";
import { openBrowser } from "../support/browser.js";
import { type BuiltService, startBuiltService } from "../support/built-service.js";
import { pages } from "../support/pages.js";
import { fillPlatform } from "../support/platform-world.js";
import { adminPages, findInnerPages, ownerPages } from "../support/project-pages.js";
import { shootPages } from "../support/shoot.js";

// Only when asked for: SCREENSHOTS=1 npx vitest run --project browser screenshots
describe.runIf(process.env["SCREENSHOTS"] === "1")("screenshots", () => {
  it("shows every page at both widths in both themes", { timeout: 900_000 }, async () => {
    const [service, browser] = await Promise.all([startBuiltService(), openBrowser()]);
    try {
      await service.run("demo", "--projects", "12", "--days", "60");
      await fillPlatform(service);
      const all = { ...pages, ...(await projectPages(service)) };
      expect(await shootPages(browser, service.url, service.adminToken, all)).toContain(".screenshots");
    } finally {
      await browser.close();
      await service.close();
    }
  });
});

/** Those of the busiest of the demo's projects. */
async function projectPages(service: BuiltService): Promise<Record<string, string>> {
  const ask = (path: string): Promise<unknown> => askAsAdmin(service, path);
  const { items } = (await ask("/api/projects?limit=200")) as { items: { id: string }[] };
  const sized = await Promise.all(
    items.map(async ({ id }) => {
      const { events } = (await ask(`/api/projects/${id}/overview?period=90d`)) as { events: { value: number } };
      return { id, events: events.value };
    }),
  );
  const projectId = sized.toSorted((a, b) => b.events - a.events)[0]?.id ?? "";
  const fromNavigation = [...ownerPages, ...adminPages].map(({ path }) => [path.slice(1) || "start", path]);
  const named: Record<string, string> = {
    ...Object.fromEntries(fromNavigation),
    ...(await findInnerPages(ask, projectId)),
  };
  return Object.fromEntries(
    Object.entries(named).map(([name, path]) => [
      `project-${name}`,
      `/projects/${projectId}${path}${path.includes("?") ? "&" : "?"}period=30d&tz=Europe/Berlin`,
    ]),
  );
}
