import { readFileSync } from "node:fs";
import { parse } from "dotenv";
import { describe, expect, it } from "vitest";
import { baseFolder, type Config, type Environment, readConfig, variables } from "./config.js";

function read(environment: Environment): Config {
  const result = readConfig(environment, "/base");
  if (result.kind === "bad") throw new Error(result.faults.join(" "));
  return result.config;
}

function faultsOf(environment: Environment): string[] {
  const result = readConfig(environment, "/base");
  return result.kind === "bad" ? result.faults : [];
}

const token = "a-token-of-16-characters";

describe("readConfig", () => {
  it("needs nothing in development", () => {
    expect(read({})).toEqual({
      environment: "development",
      host: "127.0.0.1",
      port: 7000,
      databaseUrl: null,
      redisUrl: null,
      databaseConnections: 10,
      databaseWaitSeconds: 60,
      cronEnabled: true,
      dataDir: "/base/.data",
      adminToken: null,
      archive: null,
      publicUrl: "http://localhost:7000",
      logLevel: "info",
      acceptPastDays: 30,
      acceptAheadHours: 24,
      eventsPerMinute: 1_000,
      smtpUrl: null,
      mailFrom: null,
      webhookAllowPrivate: false,
    });
  });

  it("takes an empty value for none", () => {
    expect(read({ PORT: "", DATABASE_URL: " ", ADMIN_TOKEN: "", REDIS_URL: "" })).toEqual(read({}));
  });

  it("listens on every address in production", () => {
    expect(read({ NODE_ENV: "production", ADMIN_TOKEN: token }).host).toBe("0.0.0.0");
  });

  it("does not start in production without an admin token, or with a short one", () => {
    expect(faultsOf({ NODE_ENV: "production" })).toEqual([expect.stringContaining("ADMIN_TOKEN is not set")]);
    expect(faultsOf({ NODE_ENV: "production", ADMIN_TOKEN: "short" })).toEqual([
      expect.stringContaining("at least 16 characters"),
    ]);
  });

  it("opens no address beside the loopback ones without an admin token", () => {
    expect(faultsOf({ HOST: "0.0.0.0" })).toEqual([expect.stringContaining("ADMIN_TOKEN is not set")]);
    expect(faultsOf({ HOST: "192.168.1.5" })).toHaveLength(1);
    expect(faultsOf({ HOST: "127.0.0.1.example.com" })).toHaveLength(1);
    for (const host of ["localhost", "127.0.0.1", "127.8.9.10", "::1"]) expect(faultsOf({ HOST: host })).toEqual([]);
    expect(faultsOf({ HOST: "0.0.0.0", ADMIN_TOKEN: "any" })).toEqual([]);
  });

  it("reports all faults at once, one sentence each", () => {
    const faults = faultsOf({
      NODE_ENV: "staging",
      PORT: "70000",
      DATABASE_URL: "mysql://localhost/x",
      REDIS_URL: "localhost:6379",
      ENABLE_CRON: "maybe",
      LOG_LEVEL: "loud",
      PUBLIC_URL: "example.com",
      DATABASE_CONNECTIONS: "1",
      ACCEPT_PAST_DAYS: "0",
      ACCEPT_AHEAD_HOURS: "1.5",
      EVENTS_PER_MINUTE: "-1",
      ADMIN_TOKEN: "with space",
      SMTP_URL: "mail.example.com",
      MAIL_FROM: "somebody",
      WEBHOOK_ALLOW_PRIVATE: "yes",
    });
    expect(faults.map((fault) => fault.split(" ")[0]).sort()).toEqual([
      "ACCEPT_AHEAD_HOURS",
      "ACCEPT_PAST_DAYS",
      "ADMIN_TOKEN",
      "DATABASE_CONNECTIONS",
      "DATABASE_URL",
      "ENABLE_CRON",
      "EVENTS_PER_MINUTE",
      "LOG_LEVEL",
      "MAIL_FROM",
      "NODE_ENV",
      "PORT",
      "PUBLIC_URL",
      "REDIS_URL",
      "SMTP_URL",
      "WEBHOOK_ALLOW_PRIVATE",
    ]);
    for (const fault of faults) expect(fault).toMatch(/^[A-Z_]+ .+\.$/);
  });

  it("never repeats a URL, which may hold a password", () => {
    const faults = faultsOf({ DATABASE_URL: "mysql://me:hunter2@host/x", REDIS_URL: "http://:hunter2@host" });
    expect(faults.join(" ")).not.toContain("hunter2");
  });

  it("wants a sender where mail is sent", () => {
    const SMTP_URL = "smtps://me:hunter2@mail.example.com";
    expect(faultsOf({ SMTP_URL })).toEqual([expect.stringContaining("MAIL_FROM is not set")]);
    for (const from of ["a@example.com", "Mobigen Analytics <a@example.com>"]) {
      expect(read({ SMTP_URL, MAIL_FROM: from }).mailFrom).toBe(from);
    }
    for (const from of ["a@example.com, b@example.com", "<a@example.com> <b@example.com>", "@example.com"]) {
      expect(faultsOf({ MAIL_FROM: from })).toHaveLength(1);
    }
  });

  it("drops the slash at the end of PUBLIC_URL", () => {
    expect(read({ PUBLIC_URL: "https://analytics.example.com/" }).publicUrl).toBe("https://analytics.example.com");
  });
});

describe(".env.example", () => {
  const example = readFileSync(`${baseFolder()}/.env.example`, "utf8");

  it("has every variable and no other", () => {
    expect(Object.keys(parse(example)).sort()).toEqual([...variables].sort());
  });

  it("is valid as it stands", () => {
    expect(faultsOf(parse(example))).toEqual([]);
  });

  it("says something of every variable", () => {
    const lines = example.split("\n");
    for (const [n, line] of lines.entries()) {
      if (!/^[A-Z_]+=/.test(line)) continue;
      expect(lines[n - 1]).toMatch(/^#|^[A-Z_]+=/);
    }
  });
});
