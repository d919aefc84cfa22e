import { describe, expect, it } from "vitest";
import { readArchivePlace } from "./archive-place.js";

const s3 = { kind: "s3", bucket: "attic", prefix: "", region: "us-east-1", endpoint: null, credentials: null };

describe("the place of the archive", () => {
  it.each([
    ["file:archive", { kind: "disk", directory: "/base/archive" }],
    ["file:./a/../b", { kind: "disk", directory: "/base/b" }],
    ["file:/var/archive", { kind: "disk", directory: "/var/archive" }],
    ["file:///var/my%20archive", { kind: "disk", directory: "/var/my archive" }],
    ["s3://attic", s3],
    ["s3://attic/", s3],
    ["s3://attic/old/rows/", { ...s3, prefix: "old/rows/" }],
    ["s3://attic?region=eu-central-1", { ...s3, region: "eu-central-1" }],
    ["s3://attic?endpoint=http://localhost:9000", { ...s3, endpoint: "http://localhost:9000" }],
    [
      "s3://key:sec%2Fret@attic/x",
      { ...s3, prefix: "x/", credentials: { accessKeyId: "key", secretAccessKey: "sec/ret" } },
    ],
  ])("is read from %s", (text, place) => {
    expect(readArchivePlace(text, "/base")).toEqual({ kind: "ok", place });
  });

  it.each([
    ["/var/archive", "must start with file: or s3://"],
    ["file:", "must start with file: or s3://"],
    ["https://bucket.example.com", "must start with file: or s3://"],
    ["file://elsewhere/archive", "must be file: and a folder of this machine"],
    ["s3:///prefix", "must name a bucket: s3://bucket/prefix"],
    ["s3://attic?endpiont=http://x", "may have the parameters region and endpoint only"],
    ["s3://attic?endpoint=localhost", "must have an endpoint that starts with https:// or http://"],
    ["s3://key@attic", "must have both of a key and its secret, or neither"],
  ])("is not read from %s", (text, reason) => {
    expect(readArchivePlace(text, "/base")).toEqual({ kind: "bad", reason });
  });
});
