import { describe, expect, it } from "vitest";
import { isBotAgent } from "./bots.js";

describe("isBotAgent", () => {
  it.each([
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0 Safari/537.36",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "SomeMonitor/1.0 (https://monitor.example)",
  ])("marks %s", (agent) => {
    expect(isBotAgent(agent)).toBe(true);
  });

  it.each([
    "okhttp/4.9.2",
    "MyShop/3.4.1 CFNetwork/1410.0.3 Darwin/22.6.0",
    "Dart/3.3 (dart:io)",
    "MyShop/1.0",
    "Dalvik/2.1.0 (Linux; U; Android 13; SM-A536B Build/TP1A.220624.014)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0 Mobile Safari/537.36",
    "",
    undefined,
  ])("leaves the apps alone: %s", (agent) => {
    expect(isBotAgent(agent)).toBe(false);
  });

  it("is quick on a user agent of a hundred thousand characters", () => {
    const start = performance.now();
    isBotAgent("a ".repeat(50_000));
    expect(performance.now() - start).toBeLessThan(100);
  });
});
