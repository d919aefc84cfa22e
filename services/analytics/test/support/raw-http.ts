import { connect, type Socket } from "node:net";

export type RawConnection = {
  socket: Socket;
  send(...parts: (string | Buffer)[]): void;
  /** Everything received so far. */
  received(): string;
  /** Resolves to everything received, once the server has closed the connection. Rejects when it was reset. */
  closed(): Promise<string>;
};

/** A connection whose bytes the test writes itself: for what no HTTP client would send. */
export async function openRawConnection(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
  });
  const closed = new Promise<string>((resolve, reject) => {
    socket.once("error", reject);
    socket.once("close", () => resolve(text));
  });
  closed.catch(() => undefined);
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  return {
    socket,
    send: (...parts) => {
      for (const part of parts) socket.write(part);
    },
    received: () => text,
    closed: () => closed,
  };
}
