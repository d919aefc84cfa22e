import { describe, expect, it } from "vitest";
import { CommandError, explain } from "./failure.js";

const place = { host: "127.0.0.1", port: 80 };
const failure = (code: string, syscall: string) => Object.assign(new Error(`${code}: it failed`), { code, syscall });

describe("explain", () => {
  it("says a known failure in its own sentence", () => {
    expect(explain(new CommandError("There is no such thing."), place)).toBe("There is no such thing.");
  });

  it.each([
    ["EADDRINUSE", "listen", /^Port 80 on 127\.0\.0\.1 is taken: /],
    ["EACCES", "listen", /^Port 80 may not be opened by this user: /],
    ["EADDRNOTAVAIL", "listen", /^HOST is "127\.0\.0\.1", which is no address/],
    ["ENOTFOUND", "getaddrinfo", /^HOST is "127\.0\.0\.1", which is no address/],
  ])("names the setting where %s comes of %s", (code, syscall, sentence) => {
    expect(explain(failure(code, syscall), place)).toMatch(sentence);
  });

  it.each(["mkdir", "open"])("does not blame the port for a file that %s may not touch", (syscall) => {
    expect(explain(failure("EACCES", syscall), place)).toContain("EACCES: it failed");
  });
});
