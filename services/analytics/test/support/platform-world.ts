import type { BuiltService } from "./built-service.js";

/** The API of a built service as an admin; POST where there is a body. @throws for a refusal */
export async function askAsAdmin(service: BuiltService, path: string, body?: object): Promise<unknown> {
  const response = await fetch(service.url + path, {
    headers: { authorization: `Bearer ${service.adminToken}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

const hourMs = 3_600_000;

/** What the demo has not and the platform's pages show: calls without a price, budgets. */
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
  await askAsAdmin(service, "/usage/api", calls);
  const month = { period: "month", timezone: "Europe/Berlin" };
  await askAsAdmin(service, "/budgets", { ...month, scope: "platform", limit: 60, name: "All of it" });
  await askAsAdmin(service, "/budgets", { ...month, scope: "user", scopeId: "user-2", limit: "2.50", mode: "hard" });
  await askAsAdmin(service, "/budgets", { ...month, scope: "feature", scopeId: "chat", limit: 500, name: "Chat" });
}
