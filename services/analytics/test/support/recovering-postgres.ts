import { createServer, type Socket } from "node:net";

/** Refuses every connection, as a PostgreSQL does that recovers from a crash. */
export async function startRecoveringPostgres(port: number) {
  const sockets = new Set<Socket>();
  let refused = 0;
  const server = createServer((client) => {
    sockets.add(client);
    client.on("error", () => undefined);
    client.on("close", () => sockets.delete(client));
    // The startup message: whatever it asks for.
    client.once("data", () => {
      refused += 1;
      client.end(refusal());
    });
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  return {
    refused: () => refused,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** ErrorResponse of the protocol 3.0: type, length, fields, each ended by NUL. */
function refusal(): Buffer {
  const fields = Buffer.from("SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0", "latin1");
  const head = Buffer.alloc(5);
  head.write("E", "latin1");
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
