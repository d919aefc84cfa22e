import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { type ProblemCode, problems } from "@mobigen/analytics-contract";

type Listener = (req: IncomingMessage, res: ServerResponse) => void;

const headersTimeoutMs = 10_000;
// Above the reader's own bound for bodies, which answers by a problem.
const requestTimeoutMs = 30_000;
// Longer than the idle time of common load balancers (60 s): they close first, and no request meets a closing connection.
const keepAliveTimeoutMs = 65_000;
const idleSweepMs = 25;

export type HttpServer = {
  /** Resolves to the port once it accepts. Rejects with EADDRINUSE and the like. */
  listen(port: number, host: string): Promise<number>;
  /** Stops accepting, lets requests under way end for at most `graceMs`, then cuts what is left. */
  close(graceMs: number): Promise<void>;
};

export function createHttpServer(listener: Listener): HttpServer {
  const server = createServer({ headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs }, listener);
  server.keepAliveTimeout = keepAliveTimeoutMs;
  // The body's reader says "continue" once it has checked the headers.
  server.on("checkContinue", listener);
  server.on("clientError", refuseBrokenRequest);
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

/** What is no HTTP never becomes a request: it is answered here, in the same form as any other error. */
function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = brokenRequestCode(error.code);
  const { status, title } = problems[code];
  const problem = { type: "about:blank", title, status, code, detail: `${title}.`, requestId: "unknown" };
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${status} ${title}`,
      "Content-Type: application/problem+json; charset=utf-8",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "Connection: close",
      "",
      body,
    ].join("\r\n"),
  );
}

function brokenRequestCode(code: string | undefined): ProblemCode {
  if (code === "HPE_HEADER_OVERFLOW") return "headers_too_large";
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return "request_timeout";
  return "invalid_request";
}
