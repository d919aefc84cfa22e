import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTcpServer } from "node:net";
import type { Express } from "express";
import { createBrokenRequests } from "./broken-requests.js";
import { createExpressMessages } from "./express-messages.js";

const headersTimeoutMs = 10_000;
// Above the reader's own bound for bodies, which answers by a problem.
const requestTimeoutMs = 30_000;
// How late a head that is too slow may be noticed: Node's own 30 s would let it go on for 40.
const timeoutSweepMs = 2_000;
// Longer than the idle time of common load balancers (60 s): they close first, and no request meets a closing connection.
const keepAliveTimeoutMs = 65_000;
const idleSweepMs = 25;

export type HttpServer = {
  /** Resolves to the port once it accepts. Rejects with EADDRINUSE and the like. */
  listen(port: number, host: string): Promise<number>;
  /** Stops accepting, lets requests under way end for at most `graceMs`, then cuts what is left. */
  close(graceMs: number): Promise<void>;
};

export function createHttpServer(app: Express): HttpServer {
  const broken = createBrokenRequests();
  const server = createServer({
    ...createExpressMessages(app),
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: timeoutSweepMs,
    // The API checks it: Node refuses without a word.
    requireHostHeader: false,
  });
  server.keepAliveTimeout = keepAliveTimeoutMs;
  const serve = (req: IncomingMessage, res: ServerResponse): void => {
    broken.track(req, res);
    app(req, res);
  };
  server.on("request", serve);
  // The body's reader says "continue" once it has checked the headers.
  server.on("checkContinue", serve);
  // An expectation that nobody knows may be passed over (RFC 9110, 10.1.1); Node would refuse it without a word.
  server.on("checkExpectation", serve);
  server.on("clientError", broken.refuse);
  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, host, () => {
          server.off("error", reject);
          resolve(portOf(server));
        });
      }),
    close: (graceMs) => closeServer(server, graceMs),
  };
}

/** Rejects as `listen` would; leaves nothing open. */
export function requireFreePort(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createTcpServer();
    probe.once("error", reject);
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server listens on a TCP port");
  return address.port;
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Connections that were kept alive become idle one by one, as their requests end.
  const sweep = setInterval(() => server.closeIdleConnections(), idleSweepMs);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
