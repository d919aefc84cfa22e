import { expect, it } from "vitest";
import { bodyOf, draftOf } from "./price-draft";

const typed = { ...draftOf({ model: "m" }), inputPerMillion: " 3.00 ", outputPerMillion: "15" };

it("sends the digits that were typed, and nothing of what was left empty", () => {
  expect(bodyOf(typed, "UTC")).toEqual({
    model: "m",
    serviceTier: "standard",
    inputPerMillion: "3.00",
    outputPerMillion: "15",
  });
});

it("begins a day where it begins in the zone of the page", () => {
  const dated = { ...typed, begins: "day" as const, firstDay: "2026-03-29", endDay: "2026-03-30" };
  expect(bodyOf(dated, "Europe/Berlin")).toMatchObject({
    validFrom: "2026-03-28T23:00:00.000Z",
    validTo: "2026-03-29T22:00:00.000Z",
  });
  expect(bodyOf({ ...typed, begins: "ever", isFree: true }, "UTC")).toMatchObject({ validFrom: null, free: true });
});
