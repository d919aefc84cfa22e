import { writeFile } from "node:fs/promises";
import path from "node:path";

const shots = [
  { name: "phone-light", width: 390, colorScheme: "light" },
  { name: "phone-dark", width: 390, colorScheme: "dark" },
  { name: "desktop-light", width: 1024, colorScheme: "light" },
  { name: "desktop-dark", width: 1024, colorScheme: "dark" },
] as const;
const heightPx = 844;

/**
 * What a page looks like on a phone and on a desk, by day and by night: PNG files beside it, whose paths are answered. Null without a
 * browser: it is a part of the development packages only.
 */
export async function takeScreenshots(html: string, folder: string, name: string): Promise<string[] | null> {
  const browser = await openBrowser();
  if (browser === null) return null;
  try {
    const files: string[] = [];
    for (const { name: shot, width, colorScheme } of shots) {
      const page = await browser.newPage({
        ...{ viewport: { width, height: heightPx }, colorScheme, offline: true },
      });
      await page.setContent(html);
      const file = path.join(folder, `${name}-${shot}.png`);
      await writeFile(file, await page.screenshot({ fullPage: true }));
      files.push(file);
      await page.close();
    }
    return files;
  } finally {
    await browser.close();
  }
}

async function openBrowser() {
  try {
    const [{ chromium }, { default: bundled }] = await Promise.all([
      import("playwright-core"),
      import("@sparticuz/chromium"),
    ]);
    // The package's own arguments are for functions of a cloud: all in one process, which ends with the first window.
    const args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];
    return await chromium.launch({ args, executablePath: await bundled.executablePath() });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND") return null;
    throw error;
  }
}
