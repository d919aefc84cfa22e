import { describe, expect, it } from "vitest";
import { openBrowser } from "../support/browser.js";
import { startBuiltService } from "../support/built-service.js";
import { pages } from "../support/pages.js";
import { fillPlatform } from "../support/platform-world.js";
import { shootPages } from "../support/shoot.js";

// Only when asked for: SCREENSHOTS=1 npx vitest run --project browser screenshots
describe.runIf(process.env["SCREENSHOTS"] === "1")("screenshots", () => {
  it("shows every page at both widths in both themes", { timeout: 600_000 }, async () => {
    const [service, browser] = await Promise.all([startBuiltService(), openBrowser()]);
    try {
      await service.run("demo", "--projects", "12", "--days", "60");
      await fillPlatform(service);
      expect(await shootPages(browser, service.url, service.adminToken, pages)).toContain(".screenshots");
    } finally {
      await browser.close();
      await service.close();
    }
  });
});
