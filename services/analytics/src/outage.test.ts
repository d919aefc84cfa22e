import { describe, expect, it } from "vitest";
import { isDatabaseOutage } from "./outage.js";

const withFields = (fields: object, message = "x") => Object.assign(new Error(message), fields);

describe("isDatabaseOutage", () => {
  it.each([
    ["a refused connection", withFields({ code: "ECONNREFUSED" })],
    ["a missing socket", withFields({ code: "ENOENT", syscall: "connect" })],
    ["a server that shuts down", withFields({ code: "57P01" })],
    ["a server that starts", withFields({ code: "57P03" })],
    ["a statement that took too long", withFields({ code: "57014" })],
    ["too many connections", withFields({ code: "53300" })],
    ["a broken connection", new Error("Connection terminated unexpectedly")],
    ["a pool without a free connection", new Error("timeout exceeded when trying to connect")],
    ["a cause of a cause", new Error("a", { cause: new Error("b", { cause: withFields({ code: "ECONNRESET" }) }) })],
    ["several addresses that all refuse", new AggregateError([withFields({ code: "ECONNREFUSED" })], "x")],
    ["Prisma's word for it", withFields({ code: "P1001" })],
    [
      "what Prisma quotes of a server that starts",
      withFields({
        code: "P2039",
        meta: { driverAdapterError: { cause: { originalCode: "57P03", kind: "postgres" } } },
      }),
    ],
    ["the driver adapter's word for it", withFields({ cause: { kind: "DatabaseNotReachable" } })],
  ])("sees %s", (_, error) => {
    expect(isDatabaseOutage(error)).toBe(true);
  });

  it.each([
    ["a bug", new TypeError("undefined is not a function")],
    ["a unique violation", withFields({ code: "23505" })],
    [
      "what Prisma quotes of a unique violation",
      withFields({ code: "P2002", meta: { driverAdapterError: { cause: { originalCode: "23505" } } } }),
    ],
    ["a value out of range", withFields({ code: "22003" })],
    ["a missing table", withFields({ code: "42P01" })],
    ["a missing file", withFields({ code: "ENOENT", syscall: "open" })],
    ["no error at all", undefined],
  ])("does not take %s for one", (_, error) => {
    expect(isDatabaseOutage(error)).toBe(false);
  });

  it("ends at a cause that is its own", () => {
    const error = new Error("round");
    error.cause = error;
    expect(isDatabaseOutage(error)).toBe(false);
  });
});
