import { createIsbotFromList, list } from "isbot";

// isbot knows browsers: a plain "name/version" or the word http, as the HTTP libraries of mobile apps send them, is a bot to it.
// Its patterns that match one of these are left out; what bots say of themselves ("bot", "crawler", "headless", …) stays.
const userAgentsOfApps = [
  "okhttp/4.12.0",
  "MyApp/1.0.3",
  "ktor-client",
  "Dart/3.3 (dart:io)",
  "MyApp/1 CFNetwork/1410 Darwin/22.6.0",
];

const matchesBot = createIsbotFromList([
  ...list.filter((pattern) => !userAgentsOfApps.some((agent) => new RegExp(pattern, "i").test(agent))),
  "https?://",
]);

/** Longer ones are cut: what tells a bot stands early, and patterns must not walk through kilobytes. */
const maxUserAgentLength = 500;

/** True for a user agent that says it is a crawler, a monitor or a headless browser. No user agent is no bot. */
export function isBotAgent(userAgent: string | undefined): boolean {
  return userAgent !== undefined && matchesBot(userAgent.slice(0, maxUserAgentLength));
}
