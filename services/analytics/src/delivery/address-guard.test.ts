import { describe, expect, it } from "vitest";
import { createGuardedLookup, faultOfHost } from "./address-guard.js";

const none = { allowPrivate: false, allowLoopback: false };
const loopback = { allowPrivate: false, allowLoopback: true };
const all = { allowPrivate: true, allowLoopback: false };

describe("hosts of webhooks", () => {
  it.each([
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "127.0.0.1",
    "127.9.9.9",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[fc00::1]",
    "[fe80::1]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::a00:1]",
    "localhost",
    "api.localhost",
    "LOCALHOST.",
  ])("refuses %s", (host) => {
    expect(faultOfHost(host, none)).toContain("no public address");
    expect(faultOfHost(host, all)).toBeNull();
  });

  it.each(["93.184.216.34", "[2606:2800:220:1::1]", "hooks.example.com", "10.example.com"])("takes %s", (host) => {
    expect(faultOfHost(host, none)).toBeNull();
  });

  it("takes loopback alone where that is allowed", () => {
    expect(faultOfHost("127.0.0.1", loopback)).toBeNull();
    expect(faultOfHost("localhost", loopback)).toBeNull();
    expect(faultOfHost("10.0.0.1", loopback)).not.toBeNull();
  });

  it("judges what a name resolves to at the moment of the connection", async () => {
    // The name of this machine's loopback address is in every hosts file.
    await expect(lookUp(none)).rejects.toThrow("no public address");
    expect(await lookUp(loopback)).toMatch(/^(127\.0\.0\.1|::1)$/);
  });
});

function lookUp(rules: typeof none): Promise<string> {
  return new Promise((resolve, reject) => {
    createGuardedLookup(rules)("localhost", {}, (error, address) => {
      if (error !== null) reject(error);
      else resolve(String(address));
    });
  });
}
