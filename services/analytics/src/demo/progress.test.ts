import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { createProgressDisplay } from "./progress.js";

function outputOf(isTTY: boolean, steps: number): string {
  const stream = Object.assign(new PassThrough(), {
    isTTY,
    columns: 100,
    rows: 20,
    cursorTo() {},
    clearLine() {},
    moveCursor() {},
  });
  const display = createProgressDisplay(stream as unknown as NodeJS.WriteStream);
  for (let done = 0; done <= steps; done += 1)
    display.show({ phase: "app events", done, total: steps, rows: done * 1_000 });
  display.stop();
  return String(stream.read() ?? "");
}

it("writes a line at every quarter where there is no terminal", () => {
  expect(outputOf(false, 100)).toBe(
    [25, 50, 75, 100].map((percent) => `demo: app events ${percent}%, ${percent},000 stored\n`).join(""),
  );
});

it("says that a phase without work is done", () => {
  expect(outputOf(false, 0)).toBe("demo: app events 100%, 0 stored\n");
});

it("draws a bar on a terminal", () => {
  expect(outputOf(true, 10)).toContain("app events");
});
