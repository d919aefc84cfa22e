import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";

/** As the envelope has it, as it came, and as a mailbox shows it. */
export type ReceivedMail = { from: string; to: string[]; raw: string; shown: ParsedMail };

/** `refuse-address` and `refuse-message`: a 550; `later`: a 451; `drop`: takes the message and ends the connection unanswered. */
export type MailServerMood = "accept" | "refuse-address" | "refuse-message" | "later" | "drop";

export type TestMailServer = {
  url: string;
  mails: ReceivedMail[];
  /** How many messages came to their end, whatever was answered. */
  attempts: () => number;
  mood: (mood: MailServerMood) => void;
  stop: () => Promise<void>;
};

/** A real SMTP server on a free port. */
export async function startMailServer(): Promise<TestMailServer> {
  const mails: ReceivedMail[] = [];
  let mood: MailServerMood = "accept";
  let attempts = 0;
  const sockets = new Set<Socket>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    logger: false,
    onRcptTo(_address, _session, callback) {
      callback(mood === "refuse-address" ? reply(550, "no such mailbox") : null);
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", async () => {
        attempts += 1;
        if (mood === "later") return callback(reply(451, "try again later"));
        if (mood === "refuse-message") return callback(reply(550, "this is spam"));
        const { mailFrom, rcptTo } = session.envelope;
        const shown = await simpleParser(Buffer.concat(chunks));
        mails.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString("utf8"),
          shown,
        });
        if (mood === "drop") for (const socket of sockets) socket.destroy();
        else callback();
      });
    },
  });
  server.on("error", () => undefined);
  server.server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  return {
    url: `smtp://127.0.0.1:${portOf(server.server as Server)}`,
    mails,
    attempts: () => attempts,
    mood: (wanted) => {
      mood = wanted;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A server that takes connections and says nothing. */
export async function startSilentServer(): Promise<{ port: number; stop: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: portOf(server),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function reply(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
