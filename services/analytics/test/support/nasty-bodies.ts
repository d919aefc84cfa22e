import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { nested } from "./hostile.js";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export const ingestRoutes = ["/api/events", "/api/events/single", "/events", "/usage/api"] as const;
export type IngestRoute = (typeof ingestRoutes)[number];

/** A request before it is written: a valid body and what is done to it. */
export type Shot = {
  route: IngestRoute;
  body: Json;
  changes: Change[];
  splices: Splice[];
  encoding: keyof typeof encoders;
  /** What the header says, where it does not say the truth. */
  claimed: string | null;
  /** Splices after encoding. */
  damage: Splice[];
  how: "whole" | "chunked" | "hung up";
};

/** A change of the n-th value of a body (all are numbered, in the order that they stand there). */
type Change = { at: number } & (
  | { kind: "drop" }
  | { kind: "retype" | "repeat"; text: string }
  | { kind: "rename"; name: string }
);
/** Puts bytes in the place of others; `at` is a part of the whole length. */
type Splice = { at: number; cut: number; put: Buffer };

const encoders = {
  identity: (bytes: Buffer) => bytes,
  gzip: (bytes: Buffer) => gzipSync(bytes, { level: 1 }),
  deflate: (bytes: Buffer) => deflateSync(bytes, { level: 1 }),
  "raw deflate": (bytes: Buffer) => deflateRawSync(bytes, { level: 1 }),
  br: (bytes: Buffer) => brotliCompressSync(bytes),
};

/** The request's bytes and headers. `§` in ids becomes the round's own mark, so that rounds don't meet by chance. */
export function write(shot: Shot, mark: string): { bytes: Buffer; headers: Record<string, string> } {
  const text = changed(shot.body, shot.changes).replaceAll("§", mark);
  const sent = spliced(Buffer.from(text), shot.splices);
  const encoding = shot.claimed ?? shot.encoding.replace("raw ", "");
  return {
    bytes: spliced(encoders[shot.encoding](sent), shot.damage),
    headers: encoding === "identity" ? {} : { "content-encoding": encoding },
  };
}

/** The body as JSON text with its changes; texts that are no values go in by placeholders. */
function changed(body: Json, changes: readonly Change[]): string {
  const root = { body: structuredClone(body) };
  const texts: string[] = [];
  for (const change of changes) {
    const places = placesIn(root).slice(1);
    const place = places[change.at % Math.max(places.length, 1)];
    if (place !== undefined) apply(change, place, (text) => `@@${texts.push(text) - 1}@@`);
  }
  const json = JSON.stringify(root.body) ?? "";
  return json.replace(/(?:\+\d+)?@@\+@@"/g, '"').replace(/"@@(\d+)@@"/g, (_, n) => texts[Number(n)] ?? "");
}

type Place = { holder: { [name: string]: Json } | Json[]; name: string };

function placesIn(holder: Place["holder"]): Place[] {
  return Object.keys(holder).flatMap((name) => {
    const value = (holder as { [name: string]: Json })[name];
    const place = { holder, name };
    return typeof value === "object" && value !== null ? [place, ...placesIn(value)] : [place];
  });
}

function apply(change: Change, { holder, name }: Place, hold: (text: string) => string): void {
  if (Array.isArray(holder)) {
    if (change.kind === "drop") holder.splice(Number(name), 1);
    else if (change.kind === "retype") holder[Number(name)] = hold(change.text);
    else if (change.kind === "repeat") holder.splice(Number(name), 0, structuredClone(holder[Number(name)] ?? null));
    return;
  }
  const value = holder[name] ?? null;
  if (change.kind === "retype") holder[name] = hold(change.text);
  else if (change.kind === "repeat") holder[`${name}+${Object.keys(holder).length}@@+@@`] = hold(change.text);
  else delete holder[name];
  if (change.kind === "rename") Object.defineProperty(holder, change.name, { value, ...plain });
}

const plain = { enumerable: true, writable: true, configurable: true };

function spliced(bytes: Buffer, splices: readonly Splice[]): Buffer {
  return splices.reduce((before, { at, cut, put }) => {
    const start = Math.floor(at * before.length);
    return Buffer.concat([before.subarray(0, start), put, before.subarray(start + cut)]);
  }, bytes);
}

/** JSON texts, and some that are none, for the place of a value. */
export const nastyTexts: readonly string[] = [
  ...["null", "true", "0", "-0", "-1", "1.5", "1e3", "1e400", "-1e400", "1e-400", "9007199254740993", "0.1e-320"],
  ...['""', '" "', "[]", "{}", "[null]", "[[]]", '{"":""}', '"__proto__"', '{"__proto__":1}', '{"constructor":{}}'],
  ...[
    '"a\\u0000"',
    '"\\ud800"',
    '"\\udca1\\ud83d"',
    '"\\ud83d\\udca1"',
    '"\\u2028"',
    '"\\u007f"',
    '{"\\u0000":1}',
    '"\\uffff"',
  ],
  ...['"\\\\u0000"', '"\\\\."', '"\\\\N"', '"\\t\\n\\r\\b\\f"', '"\'; drop table app_event; --"', '"$1"', '"%00"'],
  ...[
    '"1970-01-01T00:00:00Z"',
    '"2100-01-01T00:00:00Z"',
    '"2026-02-31T00:00:00Z"',
    '"2026-03-18T10:20:30"',
    '"+275760-09-13T00:00:00Z"',
  ],
  ...['"2026-03-18T10:20:30.9999999Z"', '"2026-03-18T15:05:30+05:45"', '"0000-01-01T00:00:00Z"', "1773829230000"],
  ...[
    '"017f22e2-79b0-7cc3-98c4-dc0c0c07398f"',
    '"00000000-0000-7000-8000-000000000000"',
    '"ffffffff-ffff-7fff-bfff-ffffffffffff"',
  ],
  ...["NaN", "undefined", "'a'", "01", "1.", "+1", "0x1", "tru", "", "{", "]", '"', '"\\x"', '"\\u12"', "/**/1", "1,2"],
  JSON.stringify("x".repeat(200)),
  JSON.stringify("x".repeat(201)),
  JSON.stringify("💡".repeat(101)),
  JSON.stringify({ a: "x".repeat(32 * 1024 - 8) }),
  JSON.stringify({ a: "x".repeat(32 * 1024 - 7) }),
  ...[8, 9, 5_000].map(nested),
];

const nasty = fc.constantFrom(...nastyTexts);
const legalId = fc.constantFrom(
  "§1",
  "§2",
  "§3",
  "§4",
  "§/'\"",
  "§\\.",
  "§💡",
  "§مرحبا",
  "§%2F",
  "5c1d2c0e-1111-4222-8333-44445555§",
  "§constructor",
);
const uuid = fc.constantFrom(
  "0189a3e8-1f04-4000-8000-000000000001",
  "019cff3d-8a00-7000-8000-000000000002",
  "019CFF3D-8A00-7000-8000-000000000002",
);
const id = fc.oneof({ weight: 8, arbitrary: legalId }, { weight: 1, arbitrary: uuid });
const word = fc.constantFrom("a", "b", "screen_view", "custom", "__proto__", "x y");
const instant = fc.constantFrom(
  ...["2026-03-18T10:20:30Z", "2026-03-18T10:20:30.000Z", "2026-03-18T10:20:30.0004Z", "2026-03-18T11:20:30+01:00"],
  ...[
    "2026-03-17T23:59:59.999Z",
    "2026-02-28T12:00:00Z",
    "2026-03-19T10:20:30Z",
    "2026-02-16T10:20:30Z",
    "2026-02-16T10:20:29.999Z",
  ],
);
const jsonObject = fc.dictionary(fc.string({ maxLength: 6 }), fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>, {
  maxKeys: 4,
});

function record(
  required: Record<string, fc.Arbitrary<Json>>,
  optional: Record<string, fc.Arbitrary<Json>>,
): fc.Arbitrary<Json> {
  return fc.record({ ...required, ...optional }, { requiredKeys: Object.keys(required) }) as fc.Arbitrary<Json>;
}

const event = record(
  { eventId: id, type: word, sessionId: id },
  {
    timestamp: fc.oneof({ weight: 9, arbitrary: instant }, fc.constant(null)),
    name: word,
    userId: fc.oneof(word, fc.constant(null)),
    anonymousId: word,
    properties: fc.oneof(jsonObject, fc.record({ screenName: word, eventName: word })) as fc.Arbitrary<Json>,
    device: record({}, { platform: word, model: word, locale: fc.constant(null) }),
    app: record({}, { build: word }),
  },
);
const batch = record(
  { events: fc.array(event, { minLength: 1, maxLength: 12 }) },
  { batchId: id, createdAt: instant, sentAt: fc.oneof(instant, fc.constant("2026-03-18T02:00:00Z")) },
);
const platformEvent = record(
  {
    event: fc.constantFrom(
      "user.login",
      "generation.completed",
      "project.created",
      "project.renamed",
      "project.deleted",
      "x",
    ),
  },
  {
    eventId: id,
    userId: word,
    projectId: id,
    timestamp: instant,
    metadata: fc.oneof(jsonObject, fc.record({ name: word })) as fc.Arbitrary<Json>,
  },
);
// Few values: the same id is to come again with the same content, and with content that differs in one field.
const tokens = fc.constantFrom<Json[]>(0, 1, 1_000_000);
const usage = record(
  {
    userId: fc.constant("a"),
    model: fc.constantFrom("claude-3-haiku-20240307", "m"),
    inputTokens: tokens,
    outputTokens: tokens,
  },
  {
    requestId: id,
    projectId: id,
    timestamp: instant,
    tags: fc.array(word, { maxLength: 3 }),
    durationMs: tokens,
    feature: word,
  },
);
const repeatedUsage = record(
  { userId: word, model: fc.constant("m"), inputTokens: fc.constant(1), outputTokens: tokens, requestId: id },
  {},
);
const several = (entry: fc.Arbitrary<Json>) => fc.oneof(entry, fc.array(entry, { minLength: 1, maxLength: 8 }));

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ at: fc.nat(200), kind: fc.constant("drop" as const) }),
  fc.record({ at: fc.nat(200), kind: fc.constantFrom("retype" as const, "repeat" as const), text: nasty }),
  fc.record({
    at: fc.nat(200),
    kind: fc.constant("rename" as const),
    name: fc.oneof(word, fc.string({ unit: "binary", maxLength: 5 })),
  }),
);
const badBytes = fc.constantFrom(
  [0xff],
  [0xc3, 0x28],
  [0xed, 0xa0, 0x80],
  [0xc0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0],
  [0xef, 0xbb, 0xbf],
);
const splice: fc.Arbitrary<Splice> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  cut: fc.oneof(fc.nat(3), fc.constant(Number.POSITIVE_INFINITY)),
  put: fc.oneof(
    fc.constant(Buffer.alloc(0)),
    badBytes.map((bytes) => Buffer.from(bytes)),
    fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom('"', ",", "{", "}", "[", "]", ":", "\\", "0", "null", '"eventId":"§9",')
      .map((text) => Buffer.from(text)),
  ),
});
const seldom = <Value>(weight: number, often: Value, arbitrary: fc.Arbitrary<Value>) =>
  fc.oneof({ weight, arbitrary: fc.constant(often) }, { weight: 1, arbitrary });

function shotAt(route: IngestRoute, body: fc.Arbitrary<Json>): fc.Arbitrary<Shot> {
  return fc.record({
    route: fc.constant(route),
    body,
    changes: fc.array(change, { maxLength: 2 }),
    splices: seldom(4, [], fc.array(splice, { minLength: 1, maxLength: 2 })),
    encoding: seldom<Shot["encoding"]>(3, "identity", fc.constantFrom("gzip", "deflate", "raw deflate", "br")),
    claimed: seldom<string | null>(12, null, fc.constantFrom("gzip", "deflate", "br", "identity", "zstd")),
    damage: seldom(12, [], fc.array(splice, { minLength: 1, maxLength: 2 })),
    how: seldom<Shot["how"]>(6, "whole", fc.constantFrom("chunked", "hung up")),
  });
}

/** A mostly valid request to one of the routes that store; the three kinds of ingestion more often. */
export const anyShot: fc.Arbitrary<Shot> = fc.oneof(
  { weight: 4, arbitrary: shotAt("/api/events", batch) },
  { weight: 2, arbitrary: shotAt("/api/events/single", event) },
  { weight: 1, arbitrary: shotAt("/events", several(platformEvent)) },
  { weight: 1, arbitrary: shotAt("/usage/api", several(fc.oneof(usage, repeatedUsage))) },
);
