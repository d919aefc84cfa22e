import { describe, expect, it } from "vitest";
import { countryOf, timezonesOf, zonesByCountry } from "./countries.js";
import { answerHeader, isOfAllDevices, percentOf, readQuestion } from "./question.js";

const project = { projectKey: 1, id: "shop", timezone: "Asia/Kathmandu" };
const now = new Date("2026-03-18T10:20:30Z");

describe("a question", () => {
  it("is of the project's own days unless another time zone is named", () => {
    const question = readQuestion(project, { period: "day" }, now);
    expect(answerHeader(question)).toEqual({
      projectId: "shop",
      period: "day",
      timezone: "Asia/Kathmandu",
      from: "2026-03-17T18:15:00Z",
      to: "2026-03-18T10:30:00Z",
    });
    expect(readQuestion(project, { period: "day", tz: "UTC" }, now).window.from).toBe(
      Date.parse("2026-03-18T00:00:00Z"),
    );
  });

  it("keeps what narrows it, empty texts too, and nothing else", () => {
    const of = (query: object) => readQuestion(project, query, now).filter;
    expect(of({})).toEqual({});
    expect(of({ platform: "", version: "1.0", type: "custom", name: "buy" })).toEqual({
      platform: "",
      version: "1.0",
      type: "custom",
      name: "buy",
    });
    expect(of({ property: "plan:pro" })).toEqual({ properties: [{ key: "plan", value: "pro" }] });
    expect(of({ property: ["url:https://x", "empty:"] })).toEqual({
      properties: [
        { key: "url", value: "https://x" },
        { key: "empty", value: "" },
      ],
    });
  });

  it("asks for a country by its time zones, and refuses one that is not there", () => {
    expect(readQuestion(project, { country: "NP" }, now).filter).toEqual({
      timezones: expect.arrayContaining(["Asia/Kathmandu", "Asia/Katmandu"]),
    });
    expect(() => readQuestion(project, { country: "XX" }, now)).toThrow("country is none");
  });

  it("knows whether a device narrows it", () => {
    expect(isOfAllDevices({ type: "custom", name: "buy" })).toBe(true);
    expect(isOfAllDevices({ platform: "" })).toBe(false);
    expect(isOfAllDevices({ timezones: [] })).toBe(false);
  });
});

describe("countries", () => {
  it("are told by time zones, old names and shared zones too", () => {
    const zones = ["Europe/Berlin", "Europe/Oslo", "Asia/Kolkata", "Asia/Calcutta", "Africa/Lagos", "US/Eastern"];
    expect(zones.map(countryOf)).toEqual(["DE", "NO", "IN", "IN", "NG", "US"]);
    expect(["UTC", "Etc/GMT+5", "", "Mars/Base"].map(countryOf)).toEqual([null, null, null, null]);
  });

  it("have each zone once", () => {
    const { timezones, countries } = zonesByCountry();
    expect(new Set(timezones).size).toBe(timezones.length);
    expect(countries.length).toBe(timezones.length);
    expect(timezonesOf("NO")).toContain("Europe/Oslo");
    expect(timezonesOf("NO")).not.toContain("Europe/Berlin");
  });
});

describe("a share", () => {
  it("is percent to two decimals, and nothing of nothing", () => {
    expect([percentOf(1, 3), percentOf(0, 5), percentOf(0, 0), percentOf(5, 5)]).toEqual([33.33, 0, 0, 100]);
  });
});
