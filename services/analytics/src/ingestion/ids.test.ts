import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { idKey, timeOfUuidV7 } from "./ids.js";

describe("idKey", () => {
  it("takes a lower-case canonical UUID as it is", () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        expect(idKey(uuid)).toEqual({ uuid, text: null });
      }),
    );
  });

  it("hashes any other text into a UUID of version 8 and keeps the text", () => {
    // SHA-256 of "event-1" begins ce36863f51b6baf9d16397ffb3e9af50; version and variant take six of its bits.
    expect(idKey("event-1")).toEqual({ uuid: uuidOfSha256("ce36863f51b6baf9d16397ffb3e9af50"), text: "event-1" });
    const upper = "0190F7A2-6B1C-7D3E-8F4A-5B6C7D8E9F00";
    expect(idKey(upper).text).toBe(upper);
    expect(idKey(upper).uuid).not.toBe(upper.toLowerCase());
  });

  it("gives equal texts equal keys, and others others", () => {
    const printable = fc.string({ minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(printable, printable, (a, b) => {
        expect(idKey(a).uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(idKey(a).uuid === idKey(b).uuid).toBe(a === b);
      }),
    );
  });
});

describe("timeOfUuidV7", () => {
  it("reads the milliseconds of a version 7 UUID in either case", () => {
    // The example of RFC 9562, appendix A.6: Tuesday, February 22, 2022 2:22:22.00 PM GMT-05:00.
    expect(timeOfUuidV7("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")).toBe(Date.parse("2022-02-22T19:22:22Z"));
    expect(timeOfUuidV7("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")).toBe(Date.parse("2022-02-22T19:22:22Z"));
  });

  it.each(["event-1", "919108f7-52d1-4320-9bac-f847db4148a8", "017f22e2-79b0-7cc3-18c4-dc0c0c07398f"])(
    "finds none in %s",
    (text) => {
      expect(timeOfUuidV7(text)).toBeNull();
    },
  );
});

function uuidOfSha256(hex: string): string {
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  const digits = `${hex.slice(0, 12)}8${hex.slice(13, 16)}${variant}${hex.slice(17)}`;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
