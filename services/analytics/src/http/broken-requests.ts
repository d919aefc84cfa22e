import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type Problem, type ProblemCode, problems } from "@mobigen/analytics-contract";

// Closing at once resets the connection under a client that still sends, and takes the reply from it.
const lingerMs = 1_000;

type Exchange = { req: IncomingMessage; res: ServerResponse };

export type BrokenRequests = {
  /** Called for every request: what is broken behind it waits for its reply. */
  track(req: IncomingMessage, res: ServerResponse): void;
  /** Takes the server's `clientError`. */
  refuse(error: NodeJS.ErrnoException, socket: Socket): void;
};

/** What is no HTTP never becomes a request: it is answered here, in its turn and in the same form as any other error. */
export function createBrokenRequests(): BrokenRequests {
  const underWay = new WeakMap<Socket, Set<Exchange>>();
  // Whose last request was answered before its body had come.
  const answeredEarly = new WeakSet<Socket>();
  const refused = new WeakSet<Socket>();

  function track(req: IncomingMessage, res: ServerResponse): void {
    const { socket } = req;
    const exchanges = underWay.get(socket) ?? new Set();
    const exchange = { req, res };
    underWay.set(socket, exchanges.add(exchange));
    answeredEarly.delete(socket);
    res.once("close", () => {
      exchanges.delete(exchange);
      if (!req.complete) answeredEarly.add(socket);
    });
  }

  function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
    // Whatever follows the broken part is broken as well.
    if (refused.has(socket)) return;
    refused.add(socket);
    // A second reply to one request would be taken for the answer to the next.
    if (error.code === "ECONNRESET" || answeredEarly.has(socket)) {
      socket.destroy();
      return;
    }
    // A reply that overtook others would be taken for the answer to what came before, and that may be stored. A request that
    // is not complete is the one that is broken.
    const before = [...(underWay.get(socket) ?? [])].findLast(({ req }) => req.complete);
    if (before === undefined) answer(socket, brokenRequestCode(error.code));
    else before.res.once("close", () => answer(socket, brokenRequestCode(error.code)));
  }

  return { track, refuse };
}

function answer(socket: Socket, code: ProblemCode): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { status, title } = problems[code];
  const requestId = randomUUID();
  const problem: Problem = { type: "about:blank", title, status, code, detail: `${title}.`, requestId };
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${status} ${title}`,
      "Content-Type: application/problem+json; charset=utf-8",
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${requestId}`,
      "Connection: close",
      "",
      body,
    ].join("\r\n"),
  );
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once("close", () => clearTimeout(timer));
}

function brokenRequestCode(code: string | undefined): ProblemCode {
  if (code === "HPE_HEADER_OVERFLOW") return "headers_too_large";
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return "request_timeout";
  return "invalid_request";
}
