import { startTestApp, type TestApp } from "./app.js";
import { createTestDatabase, type TestDatabase } from "./postgres.js";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.js";

export type ProxiedApp = {
  app: TestApp;
  /** Between the service and its database: cuts, holds and loses what goes through it. */
  proxy: TcpProxy;
  /** The database itself, past the proxy. */
  db: TestDatabase;
  /** Of the project `p`, for ingestion. */
  key: string;
  stop(): Promise<void>;
};

/** A service that reaches its database through a proxy, with one project and its key. */
export async function startProxiedApp(project: Parameters<TestApp["createProject"]>[0] = {}): Promise<ProxiedApp> {
  const db = await createTestDatabase();
  const url = new URL(db.url);
  const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  const app = await startTestApp({ db, env: { DATABASE_URL: url.toString() } });
  await app.createProject({ id: "p", ...project });
  const { key } = await app.createKey("p");
  return {
    ...{ app, proxy, db, key },
    stop: async () => {
      await app.stop();
      await proxy.stop();
      await db.drop();
    },
  };
}
