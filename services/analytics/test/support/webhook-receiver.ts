import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export type ReceivedCall = { method: string; path: string; headers: IncomingHttpHeaders; body: string };

export type TestWebhookReceiver = {
  url: string;
  calls: ReceivedCall[];
  /** What it answers from now on. */
  answer: (status: number, headers?: Record<string, string>) => void;
  stop: () => Promise<void>;
};

/** An HTTP server on a free port that keeps what it is sent. */
export async function startWebhookReceiver(): Promise<TestWebhookReceiver> {
  const calls: ReceivedCall[] = [];
  let [status, headers]: [number, Record<string, string>] = [204, {}];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      calls.push({ method: req.method ?? "", path: req.url ?? "", headers: req.headers, body });
      res.writeHead(status, headers).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    answer: (wanted, more = {}) => {
      [status, headers] = [wanted, more];
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
