import { isDatabaseOutage } from "../outage.js";

/** A command can't do what it was asked to; the message is one sentence for the person who called it. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly publicMessage: string;

  constructor(publicMessage: string) {
    super(publicMessage);
    this.publicMessage = publicMessage;
  }
}

/** What to tell a person of an error: one sentence where it is a known kind, else everything there is. */
export function explain(error: unknown, place: { host: string; port: number } | null = null): string {
  if (typeof error !== "object" || error === null) return String(error);
  if ("publicMessage" in error) return String(error.publicMessage);
  if (place !== null && "code" in error && "syscall" in error) {
    const { host, port } = place;
    if (error.code === "EADDRINUSE") return `Port ${port} on ${host} is taken: stop what uses it, or set PORT.`;
    // A file has EACCES, too.
    if (error.code === "EACCES" && error.syscall === "listen") {
      return `Port ${port} may not be opened by this user: set PORT to 1024 or above.`;
    }
    if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
      return `HOST is ${JSON.stringify(host)}, which is no address of this machine.`;
    }
  }
  if (isDatabaseOutage(error))
    return `PostgreSQL broke off (${messageOf(error)}): see whether it runs, then start again.`;
  if ("status" in error && error instanceof Error) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(error);
}

/** The last line of what was said: where Prisma's pages say what is wrong. */
function messageOf(error: object): string {
  const lines = "message" in error ? String(error.message).trim().split("\n") : [];
  return lines.at(-1) ?? "no reason given";
}
