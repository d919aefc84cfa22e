import { askAsAdmin } from "./ask-as-admin.js";
import type { BuiltService } from "./built-service.js";

/** The API of a built service as an admin; POST where there is a body. @throws for a refusal */
const hourMs = 3_600_000;

/** What the demo has not and the platform's pages show: calls that a cache helped, calls without a price, one sent again with other content, budgets, subscriptions, tokens and a run of a job. */
export async function fillPlatform(service: BuiltService): Promise<void> {
  const calls = Array.from({ length: 12 }, (_, n) => ({
    userId: "user-1",
    model: n % 3 === 0 ? "maker-large-2" : "maker-small-2",
    provider: "maker",
    feature: "chat",
    inputTokens: 40_000 + 7_000 * n,
    outputTokens: 2_000 + 300 * n,
    requestId: `unpriced-${n}`,
    timestamp: new Date(Date.now() - 5 * n * hourMs).toISOString(),
  }));
  const cached = Array.from({ length: 60 }, (_, n) => ({
    userId: "user-1",
    projectId: n % 4 === 0 ? "shop" : "notes",
    model: n % 5 === 0 ? "claude-3-sonnet-20240229" : "claude-3-haiku-20240307",
    feature: "chat",
    inputTokens: 20_000 + 500 * n,
    cacheReadTokens: 12_000,
    outputTokens: 1_500 + 40 * n,
    status: n % 13 === 0 ? "error" : "ok",
    requestId: `cached-${n}`,
    timestamp: new Date(Date.now() - 11 * n * hourMs).toISOString(),
  }));
  await askAsAdmin(service, "/usage/api", [...calls, ...cached]);
  await askAsAdmin(service, "/usage/api", [{ ...calls[0], outputTokens: 1 }]);
  const month = { period: "month", timezone: "Europe/Berlin" };
  await askAsAdmin(service, "/budgets", { ...month, scope: "platform", limit: 60, name: "All of it" });
  await askAsAdmin(service, "/budgets", { ...month, scope: "user", scopeId: "user-2", limit: "2.50", mode: "hard" });
  await askAsAdmin(service, "/budgets", { ...month, scope: "feature", scopeId: "chat", limit: 500, name: "Chat" });
  await askAsAdmin(service, "/reports/subscriptions", { scope: "platform", address: "platform@example.com" });
  await askAsAdmin(service, "/reports/subscriptions", { scope: "user", scopeId: "user-1", address: "one@example.com" });
  await askAsAdmin(service, "/tokens", { name: "generator", scopes: ["platform:write"] });
  await askAsAdmin(service, "/tokens", { name: "finance", scopes: ["platform:read"] });
  await service.run("jobs", "run", "hourly");
}
