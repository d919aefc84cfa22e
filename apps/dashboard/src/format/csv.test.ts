import { expect, it } from "vitest";
import { writeCsv } from "./csv";

it("writes what RFC 4180 reads back", () => {
  expect(
    writeCsv(
      ["name", "n"],
      [
        ['say "hi"', 1.5],
        ["a,b", null],
        ["two\r\nlines", true],
      ],
    ),
  ).toBe('name,n\r\n"say ""hi""",1.5\r\n"a,b",\r\n"two\r\nlines",true\r\n');
});

it.each(["=1+1", "+1", "-1", "@sum", "\tx", "\rx"])("does not let a spreadsheet calculate %j", (text) => {
  expect(writeCsv([], [[text]])).toContain(`'${text}`);
});

it("leaves numbers below zero as they are", () => {
  expect(writeCsv([], [[-1]])).toBe("\r\n-1\r\n");
});
