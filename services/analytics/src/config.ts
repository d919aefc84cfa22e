import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { defaultEventsPerMinute, maxEventsPerMinute } from "@mobigen/analytics-contract";
import { parse } from "dotenv";
import { type ArchivePlace, readArchivePlace } from "./archive-place.js";
import { type LogLevel, logLevels } from "./logger.js";

const environments = ["development", "production", "test"] as const;

export type Config = {
  environment: (typeof environments)[number];
  host: string;
  port: number;
  /** Null: an embedded PostgreSQL in `dataDir`. */
  databaseUrl: string | null;
  /** Null: counters, limits and caches in this process. */
  redisUrl: string | null;
  databaseConnections: number;
  /** How long a start waits for a database that is not there yet. */
  databaseWaitSeconds: number;
  cronEnabled: boolean;
  dataDir: string;
  /** Null, outside production only: whoever reaches the loopback address acts as admin. */
  adminToken: string | null;
  /** Without a slash at its end. */
  publicUrl: string;
  logLevel: LogLevel;
  acceptPastDays: number;
  acceptAheadHours: number;
  /** Of projects that set no limit of their own. */
  eventsPerMinute: number;
  /** Null: mail is written to the log instead. May hold a password. */
  smtpUrl: string | null;
  /** Whom mail comes from; never null with an smtpUrl. */
  mailFrom: string | null;
  /** Null: raw rows past their retention stay in the database. May hold a secret. */
  archive: ArchivePlace | null;
  /** Webhooks may reach private addresses. */
  webhookAllowPrivate: boolean;
};

export type ConfigResult = { kind: "ok"; config: Config } | { kind: "bad"; faults: string[] };

/** Every variable, as .env.example documents it: a test compares the two. */
export const variables = [
  "NODE_ENV",
  "HOST",
  "PORT",
  "PUBLIC_URL",
  "DATABASE_URL",
  "DATABASE_CONNECTIONS",
  "DATABASE_WAIT_SECONDS",
  "REDIS_URL",
  "DATA_DIR",
  "ADMIN_TOKEN",
  "ENABLE_CRON",
  "LOG_LEVEL",
  "ACCEPT_PAST_DAYS",
  "ACCEPT_AHEAD_HOURS",
  "EVENTS_PER_MINUTE",
  "SMTP_URL",
  "MAIL_FROM",
  "ARCHIVE_URL",
  "WEBHOOK_ALLOW_PRIVATE",
] as const;

type Variable = (typeof variables)[number];
export type Environment = Readonly<Record<string, string | undefined>>;

const minProductionTokenLength = 16;
const loopbackHosts = /^(localhost|127(\.\d{1,3}){3}|::1)$/i;

/** The process's environment; in development, what `.env` at `baseFolder()` says beneath it. The only reader of process.env. */
export function loadEnvironment(): Environment {
  const own = process.env;
  if (own["NODE_ENV"] !== undefined && own["NODE_ENV"] !== "" && own["NODE_ENV"] !== "development") return own;
  const file = path.join(baseFolder(), ".env");
  return existsSync(file) ? { ...parse(readFileSync(file)), ...own } : own;
}

/**
 * Reads every variable and reports all faults together, one sentence each. An empty value counts as none. Relative folders
 * start at `base`.
 */
export function readConfig(environment: Environment, base: string = baseFolder()): ConfigResult {
  const faults: string[] = [];
  const read = createReader(environment, faults);

  const mode = read.oneOf("NODE_ENV", environments, "development");
  const isProduction = mode === "production";
  const adminToken = readAdminToken(environment, isProduction, faults);
  const host = read.text("HOST") ?? (isProduction ? "0.0.0.0" : "127.0.0.1");
  if (!isProduction && adminToken === null && !loopbackHosts.test(host)) {
    faults.push(
      `HOST is ${quote(host)} but ADMIN_TOKEN is not set: without a token the service answers on a loopback address only.`,
    );
  }
  const port = read.integer("PORT", 0, 65_535, 7000);
  const smtpUrl = read.url("SMTP_URL", ["smtp:", "smtps:"]);
  const config: Config = {
    environment: mode,
    host,
    port,
    databaseUrl: read.url("DATABASE_URL", ["postgres:", "postgresql:"]),
    redisUrl: read.url("REDIS_URL", ["redis:", "rediss:"]),
    databaseConnections: read.integer("DATABASE_CONNECTIONS", 2, 200, 10),
    databaseWaitSeconds: read.integer("DATABASE_WAIT_SECONDS", 0, 3_600, 60),
    cronEnabled: read.flag("ENABLE_CRON", true),
    dataDir: path.resolve(base, read.text("DATA_DIR") ?? ".data"),
    adminToken,
    publicUrl: (read.url("PUBLIC_URL", ["http:", "https:"]) ?? `http://localhost:${port}`).replace(/\/+$/, ""),
    logLevel: read.oneOf("LOG_LEVEL", logLevels, "info"),
    acceptPastDays: read.integer("ACCEPT_PAST_DAYS", 1, 3_650, 30),
    acceptAheadHours: read.integer("ACCEPT_AHEAD_HOURS", 1, 24 * 7, 24),
    eventsPerMinute: read.integer("EVENTS_PER_MINUTE", 1, maxEventsPerMinute, defaultEventsPerMinute),
    smtpUrl,
    mailFrom: readMailFrom(read.text("MAIL_FROM"), smtpUrl !== null, faults),
    archive: readArchive(read.text("ARCHIVE_URL"), base, faults),
    webhookAllowPrivate: read.flag("WEBHOOK_ALLOW_PRIVATE", false),
  };
  return faults.length === 0 ? { kind: "ok", config } : { kind: "bad", faults };
}

/** The checkout that this file lies in, else the folder that the process was started in. */
export function baseFolder(): string {
  // services/analytics/src or services/analytics/dist.
  const checkout = fileURLToPath(new URL("../../..", import.meta.url));
  return existsSync(path.join(checkout, "pnpm-workspace.yaml")) ? checkout : process.cwd();
}

function readAdminToken(environment: Environment, isProduction: boolean, faults: string[]): string | null {
  const token = environment["ADMIN_TOKEN"] || null;
  if (token === null) {
    if (isProduction) faults.push("ADMIN_TOKEN is not set: in production the service does not start without it.");
    return null;
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    faults.push("ADMIN_TOKEN must have visible ASCII characters only, for it travels in a header.");
  } else if (isProduction && token.length < minProductionTokenLength) {
    faults.push(`ADMIN_TOKEN must have at least ${minProductionTokenLength} characters in production.`);
  }
  return token;
}

// An address, or a name and an address in angle brackets.
function readMailFrom(from: string | null, isNeeded: boolean, faults: string[]): string | null {
  if (from === null) {
    if (isNeeded) faults.push("MAIL_FROM is not set: with SMTP_URL, mail needs a sender.");
    return null;
  }
  if (!/^([^<>\r\n]*<[^<>\s@]+@[^<>\s@]+>|[^<>\s@]+@[^<>\s@]+)$/.test(from)) {
    faults.push(`MAIL_FROM is ${quote(from)} but must be an address, or a name and an <address>.`);
  }
  return from;
}

function readArchive(text: string | null, base: string, faults: string[]): ArchivePlace | null {
  if (text === null) return null;
  const result = readArchivePlace(text, base);
  if (result.kind === "ok") return result.place;
  faults.push(`ARCHIVE_URL ${result.reason}.`);
  return null;
}

function createReader(environment: Environment, faults: string[]) {
  const text = (name: Variable): string | null => environment[name]?.trim() || null;
  return {
    text,
    oneOf<Value extends string>(name: Variable, values: readonly Value[], fallback: Value): Value {
      const given = text(name);
      if (given === null) return fallback;
      const value = values.find((candidate) => candidate === given);
      if (value === undefined) faults.push(`${name} is ${quote(given)} but must be one of ${values.join(", ")}.`);
      return value ?? fallback;
    },
    integer(name: Variable, min: number, max: number, fallback: number): number {
      const given = text(name);
      if (given === null) return fallback;
      const value = /^\d{1,10}$/.test(given) ? Number(given) : Number.NaN;
      if (value >= min && value <= max) return value;
      faults.push(`${name} is ${quote(given)} but must be a whole number from ${min} to ${max}.`);
      return fallback;
    },
    flag(name: Variable, fallback: boolean): boolean {
      const given = text(name)?.toLowerCase();
      if (given === undefined) return fallback;
      if (given === "true" || given === "1") return true;
      if (given !== "false" && given !== "0") faults.push(`${name} is ${quote(given)} but must be true or false.`);
      return false;
    },
    /** Says nothing of what was given: it may hold a password. */
    url(name: Variable, protocols: readonly string[]): string | null {
      const given = text(name);
      if (given === null) return null;
      const protocol = URL.canParse(given) ? new URL(given).protocol : null;
      if (protocol !== null && protocols.includes(protocol)) return given;
      faults.push(`${name} must be a URL that starts with ${protocols.map((scheme) => `${scheme}//`).join(" or ")}.`);
      return null;
    },
  };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
