import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { desktop, phone, settle, signIn, visit } from "./browser.js";

const folder = fileURLToPath(new URL("../../../../node_modules/.screenshots/", import.meta.url));

/** A picture of each page at both widths in both themes, to be looked at: PAGE-WIDTH-THEME.png. Gives the folder. */
export async function shootPages(
  browser: Browser,
  url: string,
  token: string,
  pages: Readonly<Record<string, string>>,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const viewport of [desktop, phone]) {
    for (const colorScheme of ["light", "dark"] as const) {
      const { page, context } = await visit(browser, { url, viewport, colorScheme });
      await signIn(page, token);
      for (const [name, where] of Object.entries(pages)) {
        await page.goto(where);
        await settle(page);
        const file = `${name}-${viewport.width}-${colorScheme}.png`;
        await page.screenshot({ path: path.join(folder, file), fullPage: true });
      }
      await context.close();
    }
  }
  return folder;
}
