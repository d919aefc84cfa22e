import { connect, createServer, type Socket } from "node:net";

export type TcpProxy = {
  port: number;
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Takes connections again, on the same port. */
  restore(): Promise<void>;
  /** Keeps connections open and lets nothing through any more, until `restore`. */
  freeze(): void;
  /** Lets everything through so much later, both ways; for new connections and those that are open. */
  delay(ms: number): void;
  /** Leads new connections to another server, and breaks those to the one before. */
  retarget(server: { host: string; port: number }): void;
  /** Breaks the connection instead of handing on the server's next answer that holds this text. */
  loseAnswer(text: string): void;
  stop(): Promise<void>;
};

/** Stands between the service and a server, to break the line between them. */
export async function startTcpProxy(firstTarget: { host: string; port: number }): Promise<TcpProxy> {
  let target = firstTarget;
  let delayMs = 0;
  const sockets = new Set<Socket>();
  let frozen = false;
  let toLose: string | null = null;
  const open = () =>
    createServer((client) => {
      const server = connect(target.port, target.host);
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        sockets.add(from);
        from.on("data", (chunk: Buffer) => {
          if (from === server && toLose !== null && chunk.includes(toLose)) {
            toLose = null;
            client.destroy();
          } else if (delayMs > 0) setTimeout(() => to.write(chunk), delayMs);
          else if (!frozen) to.write(chunk);
        });
        from.on("error", () => to.destroy());
        from.on("close", () => {
          sockets.delete(from);
          to.destroy();
        });
      }
    });
  let listener = open();
  const listen = (port: number) =>
    new Promise<number>((resolve, reject) => {
      listener.once("error", reject);
      listener.listen(port, "127.0.0.1", () => resolve((listener.address() as { port: number }).port));
    });
  const cut = async () => {
    const closed = new Promise((resolve) => listener.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const port = await listen(0);
  return {
    port,
    cut,
    delay: (ms) => {
      delayMs = ms;
    },
    retarget: (server) => {
      target = server;
      for (const socket of sockets) socket.destroy();
    },
    restore: async () => {
      frozen = false;
      delayMs = 0;
      if (listener.listening) {
        for (const socket of sockets) socket.destroy();
        return;
      }
      listener = open();
      await listen(port);
    },
    freeze: () => {
      frozen = true;
    },
    loseAnswer: (text) => {
      toLose = text;
    },
    stop: cut,
  };
}
