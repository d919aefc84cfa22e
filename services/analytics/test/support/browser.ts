import chromium from "@sparticuz/chromium";
import { type Browser, type BrowserContext, chromium as driver, type Page, type Request } from "playwright-core";

export const desktop = { width: 1280, height: 900 };
export const phone = { width: 390, height: 844 };

/** A Chromium from npm: nothing is downloaded, nothing of the machine's is used. */
export async function openBrowser(): Promise<Browser> {
  // Its own list of arguments is for functions of a cloud: all in one process, which ends with the first window.
  const args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];
  return driver.launch({ executablePath: await chromium.executablePath(), args, headless: true });
}

export type Visit = {
  context: BrowserContext;
  page: Page;
  /** What the console and the page complained about, so far. */
  complaints: string[];
};

export type VisitOptions = {
  url: string;
  viewport?: { width: number; height: number };
  colorScheme?: "light" | "dark";
  timezoneId?: string;
};

/** A person with a browser of their own: no cookie, no storage. */
export async function visit(browser: Browser, options: VisitOptions): Promise<Visit> {
  const { url, viewport = desktop, colorScheme = "light", timezoneId = "Europe/Berlin" } = options;
  const context = await browser.newContext({ baseURL: url, viewport, colorScheme, timezoneId, locale: "en-GB" });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  watchRequests(page);
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { context, page, complaints };
}

/** Signs in as a person does, by the form. */
export async function signIn(page: Page, token: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Token or key").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

const quietMs = 250;
const settleTimeoutMs = 30_000;

const openRequests = new WeakMap<Page, Set<Request>>();

/** What is not answered yet. A stream of events never is, which is why the driver's own "networkidle" is of no use. */
function watchRequests(page: Page): void {
  const open = new Set<Request>();
  openRequests.set(page, open);
  page.on("request", (request) => {
    if (request.resourceType() !== "eventsource") open.add(request);
  });
  page.on("requestfinished", (request) => open.delete(request));
  page.on("requestfailed", (request) => open.delete(request));
}

/** Waits until nothing on a page of `visit` is asked for any more. @throws for one that goes on asking */
export async function settle(page: Page): Promise<void> {
  await page.waitForLoadState("load");
  const startedAt = Date.now();
  for (let busyAt = startedAt; Date.now() - busyAt < quietMs; await page.waitForTimeout(50)) {
    const open = openRequests.get(page)?.size ?? 0;
    if (open > 0) busyAt = Date.now();
    if (Date.now() - startedAt > settleTimeoutMs) throw new Error(`${page.url()} waits for ${open} replies still`);
  }
  await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
}
