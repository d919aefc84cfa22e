import pino, { type Logger } from "pino";

export type { Logger };
export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export type LoggerOptions = {
  level: LogLevel;
  /** Lines for people instead of JSON, where the package for it is there (it is not in production). */
  pretty: boolean;
  /** Where lines go: standard output for a service, standard error beside a command's own output. */
  to?: "stdout" | "stderr";
};

// Whatever gets near a log line by mistake: credentials never do.
const secrets = [
  "authorization",
  "password",
  "secret",
  "token",
  "key",
  "apiKey",
  "adminToken",
  "databaseUrl",
  "redisUrl",
  'headers["x-api-key"]',
  "headers.authorization",
  "headers.cookie",
];

/** JSON lines with ISO times; secrets are replaced by `[redacted]`. */
export function createLogger({ level, pretty, to = "stdout" }: LoggerOptions): Logger {
  const destination = to === "stdout" ? 1 : 2;
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: [...secrets, ...secrets.map((path) => (path.startsWith("headers") ? `req.${path}` : `*.${path}`))],
      censor: "[redacted]",
    },
  };
  if (!pretty || !hasPrettyPrinter()) return pino(options, pino.destination({ dest: destination, sync: true }));
  const { formatters: _, ...prettyOptions } = options;
  const settings = { destination, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss", singleLine: true };
  return pino({ ...prettyOptions, transport: { target: "pino-pretty", options: settings } });
}

/** True where the development dependency is installed: a production install does not have it, and prints JSON. */
function hasPrettyPrinter(): boolean {
  try {
    return import.meta.resolve("pino-pretty") !== "";
  } catch {
    return false;
  }
}
