import type { Health } from "@mobigen/analytics-contract";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";
import { prepareTraffic, sendRound, type Traffic, tokensOfRound } from "../support/everyday-requests.js";
import { startRedis, type TestRedis } from "../support/redis.js";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.js";

const backMs = 20_000;

// The service knows one address, as that of a managed Redis: behind it stands the master of the moment.
let first: TestRedis;
let second: TestRedis;
let proxy: TcpProxy;
let app: TestApp;
let traffic: Traffic;
let rounds = 0;
const clients: Redis[] = [];

beforeAll(async () => {
  [first, second] = await Promise.all([startRedis(), startRedis()]);
  proxy = await startTcpProxy({ host: "127.0.0.1", port: first.port });
  app = await startTestApp({ redis: `redis://127.0.0.1:${proxy.port}` });
  traffic = await prepareTraffic(app);
});
afterAll(async () => {
  await app.stop();
  for (const client of clients) client.disconnect();
  await proxy.stop();
  await Promise.all([first.stop(), second.stop()]);
});

function clientOf(server: TestRedis): Redis {
  const client = new Redis(server.url, { maxRetriesPerRequest: null });
  client.on("error", () => undefined);
  clients.push(client);
  return client;
}

async function round(): Promise<void> {
  await sendRound(traffic);
  rounds += 1;
}

async function expectHealed(server: TestRedis): Promise<void> {
  const client = clientOf(server);
  await expect
    .poll(() => client.get("analytics:user:u:tokens:daily"), { timeout: backMs })
    .toBe(String(rounds * tokensOfRound));
  await expect.poll(async () => (await app.fetchJson<Health>("/health")).body.status, { timeout: backMs }).toBe("ok");
}

it("leaves a master that became a replica for the one behind its address, and puts the counters right there", async () => {
  await round();
  await clientOf(second).replicaof("127.0.0.1", first.port);
  await expect.poll(() => clientOf(second).get("analytics:user:u:tokens:daily"), { timeout: backMs }).toBe("10");

  // The old master is told to follow; connections to it stay open, and what is written is refused.
  await clientOf(second).replicaof("NO", "ONE");
  await clientOf(first).replicaof("127.0.0.1", second.port);
  for (let n = 0; n < 3; n += 1) await round();
  expect((await app.fetchJson<Health>("/health")).body.status).toBe("degraded");
  // Its address leads there still: it is not used, and asked again without haste.
  expect(await clientOf(second).get("analytics:user:u:tokens:daily")).toBe("10");

  proxy.retarget({ host: "127.0.0.1", port: second.port });
  await expectHealed(second);
  await round();
  await expectHealed(second);
});

it("goes over to an empty server when the master dies, and puts the counters right there", async () => {
  await clientOf(first).replicaof("NO", "ONE");
  await clientOf(first).flushall();
  await second.kill();
  for (let n = 0; n < 3; n += 1) await round();
  proxy.retarget({ host: "127.0.0.1", port: first.port });
  await round();
  await expectHealed(first);
});

it("fails no request while Redis is killed, comes back, and is wiped again and again", async () => {
  let isOver = false;
  const senders = Promise.all(
    Array.from({ length: 3 }, async () => {
      while (!isOver) await round();
    }),
  );
  const client = clientOf(first);
  try {
    for (let n = 0; n < 3; n += 1) {
      await first.kill();
      await expect.poll(() => app.domain.isCacheUp(), { timeout: backMs }).toBe(false);
      await first.start();
      await expect.poll(() => app.domain.isCacheUp(), { timeout: backMs }).toBe(true);
      await client.flushall();
    }
  } finally {
    isOver = true;
    await senders;
  }
  // What is counted between a look at the ledger and its values is right ten seconds later, at the latest.
  await expectHealed(first);
}, 90_000);
