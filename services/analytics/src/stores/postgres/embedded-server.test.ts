import { expect, it } from "vitest";
import { sharedBuffersMb } from "./embedded-server.js";

it.each([
  ["half a gigabyte", 0.5, 128],
  ["2 GB", 2, 256],
  ["24 GB", 24, 3_072],
  ["a terabyte", 1_024, 4_096],
])("caches an eighth of the memory, within bounds: %s", (_name, gigabytes, expected) => {
  expect(sharedBuffersMb(gigabytes * 2 ** 30)).toBe(expected);
});
