import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { nested } from "./hostile.js";

type Whole = [what: string, bytes: Buffer, headers?: Record<string, string>];
type Nasty = [what: string, bodies: { bytes: Buffer; headers: Record<string, string> }[]];

const event = (more = "") => `{"eventId":"e","type":"t","sessionId":"s"${more}}`;
const events = (...list: string[]) => `{"events":[${list.join(",")}]}`;
const many = (count: number, entry: (n: number) => string) => Array.from({ length: count }, (_, n) => entry(n));
const megabyte = 1024 * 1024;

/** Texts that are no JSON, or JSON by the letter only. Each is sent as it is, as an event, as a property and as an entry. */
const fragments: [what: string, text: string][] = [
  ["nothing", ""],
  ["a comma", "[1,]"],
  ["a lone comma", "[,]"],
  ["a cut word", "nul"],
  ["a minus", "-"],
  ["a number with a leading zero", "01"],
  ["a number that ends in a point", "1."],
  ["hexadecimal", "0x1F"],
  ["Infinity", "-Infinity"],
  ["an escape that is none", '"\\x41"'],
  ["half an escape", '"\\u12"'],
  ["a comment", "/* */{}"],
  ["names without quotes", "{a:1}"],
  ["a value without a name", "{1}"],
  ["a tab in a string", '"a\tb"'],
  ["a number of 10,000 digits", "1".repeat(10_000)],
  ["a fraction of 10,000 digits", `0.${"1".repeat(10_000)}`],
  ["an exponent of 10,000 digits", `1e${"9".repeat(10_000)}`],
  ["the smallest number", "5e-324"],
  ["the largest number", "1.7976931348623157e308"],
  ["one past 2^53", "9007199254740993"],
  ["one name 5,000 times", `{${many(5_000, (n) => `"a":${n}`)}}`],
  ["5,000 names", `{${many(5_000, (n) => `"${n}":0`)}}`],
  ["names that are indexes and lengths", '{"0":1,"length":5,"-1":2,"1e3":4}'],
  [
    "names of a prototype",
    '{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}},"toString":1,"valueOf":2,"toJSON":3}',
  ],
  ["an empty name", '{"":{"":{"":0}}}'],
  ["10,000 lists in each other", "[".repeat(10_000) + "]".repeat(10_000)],
  ["10,000 objects in each other", nested(10_000)],
  ["20,000 empty lists", `[${many(20_000, () => "[]")}]`],
  ["20,000 nulls", `[${many(20_000, () => "null")}]`],
  ["escaped NUL", '"a\\u0000b"'],
  ["half a pair", '"\\ud83d"'],
  ["an escaped pair", '"\\ud83d\\udca1"'],
  ["separators of lines", '"\\u2028\\u2029\\u0085"'],
  ["what ends a COPY", '"\\n\\\\.\\n\\\\N\\t"'],
  ["noncharacters", '"\\uffff\\ufdd0\ufffe"'],
  ["marks stacked a thousand high", `"a${"\u0301".repeat(1_000)}"`],
  ["text that runs both ways", '"\u202e\u2066abc\u05d0"'],
];

const placed = (text: string): Buffer[] =>
  [
    text,
    `[${text},${event()}]`,
    events(event(), text),
    events(event(`,"properties":{"a":${text}}`)),
    event(`,"properties":{"a":${text}}`),
  ].map((body) => Buffer.from(body));

const valid = Buffer.from(events(event()));
const gzip = { "content-encoding": "gzip" };
const packed = gzipSync(valid);
const wrongSum = Buffer.from(packed);
wrongSum.writeUInt32LE(0, packed.length - 8);

const wholes: Whole[] = [
  ["a valid batch", valid],
  ["a valid event", Buffer.from(event())],
  ["a byte order mark", Buffer.concat([Buffer.from("\ufeff"), valid])],
  ["two byte order marks", Buffer.concat([Buffer.from("\ufeff\ufeff"), valid])],
  ["UTF-16", Buffer.from(valid.toString(), "utf16le")],
  ["NUL bytes", Buffer.alloc(1_000)],
  ["a NUL byte behind it", Buffer.concat([valid, Buffer.from([0])])],
  ["bytes of 0xff", Buffer.alloc(1_000, 0xff)],
  ["random bytes", Buffer.from(many(1_000, (n) => String.fromCharCode((n * 7919) % 256)).join(""), "latin1")],
  ["an overlong slash", Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')])],
  ["one event a thousand times", Buffer.from(events(...many(1_000, () => event())))],
  [
    "one id at a thousand times",
    Buffer.from(
      events(
        ...many(1_000, (n) =>
          event(`,"timestamp":"2026-03-18T10:00:${String(n % 60).padStart(2, "0")}.${String(n).padStart(3, "0")}Z"`),
        ),
      ),
    ),
  ],
  [
    "a thousand sessions",
    Buffer.from(events(...many(1_000, (n) => event().replace('"s"', `"s${n}"`).replace('"e"', `"e${n}"`)))),
  ],
  [
    "a thousand names and devices",
    Buffer.from(
      events(...many(1_000, (n) => `{"eventId":"${n}","type":"t${n}","sessionId":"s","device":{"model":"m${n}"}}`)),
    ),
  ],
  ["a thousand bad events", Buffer.from(events(...many(1_000, (n) => `{"eventId":"${n}"}`)))],
  ["a thousand and one events", Buffer.from(events(...many(1_001, (n) => event().replace('"e"', `"e${n}"`))))],
  [
    "properties that fill the body",
    Buffer.from(
      events(
        ...many(150, (n) => `{"eventId":"${n}","type":"t","sessionId":"s","properties":{"a":"${"x".repeat(32_000)}"}}`),
      ),
    ),
  ],
  ["a string of 4 MB", Buffer.from(`{"a":"${"x".repeat(4 * megabyte)}"}`)],
  ["a body of a million lists", Buffer.from(`[${many(1_000_000, () => "[]")}]`)],
  ["a million open brackets", Buffer.from("[".repeat(1_000_000))],
  ["5 MB of blanks", Buffer.alloc(5 * megabyte, " ")],
  ["a gzip with a wrong sum", wrongSum, gzip],
  ["a gzip with garbage behind it", Buffer.concat([packed, Buffer.from("garbage")]), gzip],
  ["a gzip of two members", Buffer.concat([gzipSync(valid.subarray(0, 10)), gzipSync(valid.subarray(10))]), gzip],
  ["the head of a gzip", packed.subarray(0, 10), gzip],
  ["half a gzip", packed.subarray(0, packed.length / 2), gzip],
  ["a gzip that says br", packed, { "content-encoding": "br" }],
  ["a brotli that says gzip", brotliCompressSync(valid), gzip],
  ["a deflate that says gzip", deflateSync(valid), gzip],
  ["a raw deflate", deflateRawSync(valid), { "content-encoding": "deflate" }],
  ["a gzip that says nothing", packed],
  ["a bomb of gzip", gzipSync(Buffer.alloc(32 * megabyte, "[")), gzip],
  ["a bomb of brotli", brotliCompressSync(Buffer.alloc(32 * megabyte)), { "content-encoding": "br" }],
  ["a bomb in a bomb", gzipSync(gzipSync(Buffer.alloc(32 * megabyte))), gzip],
];

/** What comes at once to each of the routes: a body and its retry, or a fragment in every place where a value can stand. */
export const corpus: Nasty[] = [
  ...wholes.map(
    ([what, bytes, headers = {}]): Nasty => [
      what,
      [
        { bytes, headers },
        { bytes, headers },
      ],
    ],
  ),
  ...fragments.map(([what, text]): Nasty => [what, placed(text).map((bytes) => ({ bytes, headers: {} }))]),
];
