import type { Health } from "@mobigen/analytics-contract";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";
import { prepareTraffic, sendRound, type Traffic, tokensOfRound } from "../support/everyday-requests.js";
import { startRedis, type TestRedis } from "../support/redis.js";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.js";

const backMs = 20_000;

let server: TestRedis;
let proxy: TcpProxy;
let raw: Redis;
let app: TestApp;
let traffic: Traffic;
let rounds = 0;

beforeAll(async () => {
  server = await startRedis();
  proxy = await startTcpProxy({ host: "127.0.0.1", port: server.port });
  raw = new Redis(server.url);
  app = await startTestApp({ redis: `redis://127.0.0.1:${proxy.port}` });
  traffic = await prepareTraffic(app);
});
afterAll(async () => {
  await app.stop();
  raw.disconnect();
  await proxy.stop();
  await server.stop();
});
beforeEach(() => expect.poll(() => app.domain.isCacheUp(), { timeout: backMs }).toBe(true));
afterEach(() => proxy.restore());

async function round(): Promise<void> {
  await sendRound(traffic);
  rounds += 1;
}
const health = async () => (await app.fetchJson<Health>("/health")).body.status;

/** Everything that was sent stands in the brief's keys, and the service says that it is well. */
async function expectHealed(): Promise<void> {
  await expect.poll(() => app.domain.isCacheUp(), { timeout: backMs }).toBe(true);
  await expect
    .poll(() => raw.mget("analytics:user:u:tokens:daily", "analytics:user:u:requests:daily"), { timeout: backMs })
    .toEqual([String(rounds * tokensOfRound), String(rounds)]);
  await expect.poll(health, { timeout: backMs }).toBe("ok");
}

describe("a Redis", () => {
  it("that is slow fails nothing, is said, and counts on", async () => {
    await round();
    // Both ways: below what is taken for away.
    proxy.delay(150);
    await round();
    expect(await health()).toBe("degraded");
    await proxy.restore();
    await expectHealed();
  });

  it("that is slower than half a second fails nothing, and is put right afterwards", async () => {
    proxy.delay(1_500);
    for (let n = 0; n < 3; n += 1) await round();
    expect(await health()).toBe("degraded");
    const startedAt = performance.now();
    for (let n = 0; n < 3; n += 1) await round();
    // It is known to be away: nobody waits for it any more.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await proxy.restore();
    await expectHealed();
  });

  it("that takes connections and answers nothing fails nothing, and is put right afterwards", async () => {
    proxy.freeze();
    for (let n = 0; n < 3; n += 1) await round();
    expect(await health()).toBe("degraded");
    await proxy.restore();
    await expectHealed();
  });

  it("that stands still and goes on again fails nothing", async () => {
    server.signal("SIGSTOP");
    for (let n = 0; n < 3; n += 1) await round();
    expect(await health()).toBe("degraded");
    server.signal("SIGCONT");
    await expectHealed();
  });

  it("that has no memory left fails nothing, is said, and is put right when it has some", async () => {
    await raw.config("SET", "maxmemory", "1");
    // It answers what does not write, and so is taken for well now and then until the next write.
    const healthAfterRound = async () => {
      await round();
      return health();
    };
    await expect.poll(healthAfterRound, { timeout: backMs }).toBe("degraded");
    await round();
    await raw.config("SET", "maxmemory", "0");
    await round();
    await expectHealed();
  });
});
