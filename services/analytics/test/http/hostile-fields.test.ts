import type { Problem, ProblemCode, RejectReason } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";
import { countRows, exchange, expectProblem, nested, type Reply } from "../support/hostile.js";

let app: TestApp;
let key: string;
let keyless: string;

beforeAll(async () => {
  app = await startTestApp();
  await app.createProject({ id: "victim", eventsPerMinute: 1_000_000 });
  await app.createProject({ id: "bystander" });
  key = (await app.createKey("victim")).key;
  keyless = (await app.createKey("victim", ["read"])).key;
});
afterAll(() => app.stop());

/** A body as text: a field's value is given as JSON text, for not every value survives JSON.stringify; none leaves it out. */
function body(fields: Record<string, string | undefined>): string {
  const members = Object.entries(fields).filter(([, value]) => value !== undefined);
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`;
}

function send<Body = unknown>(path: string, text: string, method = "POST"): Promise<Reply<Body>> {
  const credentials: Record<string, string> = path.startsWith("/api/events")
    ? { "x-api-key": key }
    : { authorization: `Bearer ${app.adminToken}` };
  return exchange(app.url, {
    method,
    path,
    headers: { "content-type": "application/json", ...credentials },
    body: text,
  });
}

/** Runs what must store nothing. */
async function storingNothing<Result>(work: () => Promise<Result>): Promise<Result> {
  const before = await countRows(app.pool);
  const result = await work();
  expect(await countRows(app.pool)).toEqual(before);
  return result;
}

const text = (value: unknown) => JSON.stringify(value);
const long = text("x".repeat(201));
/** What no id, name or other short text can be. */
const badTexts: [what: string, value: string][] = [
  ["empty", '""'],
  ["a number", "7"],
  ["an object", "{}"],
  ["a list", '["x"]'],
  ["201 characters", long],
  ["NUL", '"a\\u0000b"'],
  ["a line break", '"a\\nb"'],
  ["half a surrogate pair", '"\\ud83d"'],
  ["surrogates the wrong way round", '"\\udca1\\ud83d"'],
  ["a line separator", '"a\\u2028b"'],
  ["DEL", '"\\u007f"'],
];
const badTimes: [what: string, value: string][] = [
  ["no text", "1767441600"],
  ["a day without a time", '"2026-03-18"'],
  ["no zone", '"2026-03-18T10:00:00"'],
  ["31 February", '"2026-02-31T10:00:00Z"'],
  ["hour 24", '"2026-03-17T24:00:00Z"'],
  ["a leap second", '"2026-03-17T23:59:60Z"'],
  ["five digits of year", '"12026-03-18T10:00:00Z"'],
  ["the year 0", '"0000-01-01T00:00:00Z"'],
  ["a year that is 0 in UTC", '"0001-01-01T00:00:00+01:00"'],
  ["a year that is 10,000 in UTC", '"9999-12-31T23:59:59-01:00"'],
  ["words", '"now"'],
  ["NUL behind it", '"2026-03-18T10:00:00Z\\u0000"'],
];

describe("an app event", () => {
  const good = (eventId: string) => ({ eventId: text(eventId), type: '"tap"', sessionId: '"s"' });
  const properties = (value: string): Record<string, string> => ({ properties: value });
  const over = `{"a":${text("x".repeat(32 * 1024 - 7))}}`;
  const deep = `{"a":${nested(8)}}`;

  const faults: [what: string, fields: Record<string, string | undefined>, reason: RejectReason, pointer: string][] = [
    ...["eventId", "type", "sessionId"].map((name): (typeof faults)[number] => [
      `no ${name}`,
      { [name]: undefined },
      reasonOf(name),
      `/${name}`,
    ]),
    ...["eventId", "type", "sessionId", "userId", "anonymousId", "name"].flatMap((name) =>
      badTexts.map(([what, value]): (typeof faults)[number] => [
        `${name}: ${what}`,
        { [name]: value },
        reasonOf(name),
        `/${name}`,
      ]),
    ),
    ...badTimes.map(([what, value]): (typeof faults)[number] => [
      `timestamp: ${what}`,
      { timestamp: value },
      "invalid_timestamp",
      "/timestamp",
    ]),
    ["1970", { timestamp: '"1970-01-01T00:00:00Z"' }, "too_old", "/timestamp"],
    ["the year 1", { timestamp: '"0001-01-01T00:00:00Z"' }, "too_old", "/timestamp"],
    ["2100", { timestamp: '"2100-01-01T00:00:00Z"' }, "too_far_ahead", "/timestamp"],
    ["an id of 1970", { eventId: '"00000000-0001-7000-8000-000000000000"' }, "too_old", "/timestamp"],
    ["device: text", { device: '"ios"' }, "invalid_device", "/device"],
    ["device: list", { device: "[]" }, "invalid_device", "/device"],
    ["device: __proto__", { device: '{"__proto__":{}}' }, "invalid_device", "/device"],
    [
      "device.model: 101 characters",
      { device: `{"model":${text("x".repeat(101))}}` },
      "invalid_device",
      "/device/model",
    ],
    ["device.model: number", { device: '{"model":15}' }, "invalid_device", "/device/model"],
    ["device.locale: NUL", { device: '{"locale":"\\u0000"}' }, "invalid_device", "/device/locale"],
    ["app.build: number", { app: '{"build":42}' }, "invalid_device", "/app/build"],
    ["app: 10,000 levels", { app: nested(10_000) }, "invalid_device", "/app"],
    ["properties: list", properties("[]"), "invalid_properties", "/properties"],
    ["properties: text", properties('"{}"'), "invalid_properties", "/properties"],
    ["properties: 32 KB and a byte", properties(over), "properties_too_large", "/properties"],
    ["properties: 9 levels", properties(deep), "properties_too_deep", `/properties${"/a".repeat(8)}`],
    ["properties: 10,000 levels", properties(nested(10_000)), "properties_too_deep", `/properties${"/a".repeat(8)}`],
    [
      "properties: 10,000 lists",
      properties(`{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`),
      "properties_too_deep",
      `/properties/a${"/0".repeat(7)}`,
    ],
    ["properties: __proto__", properties('{"a":{"__proto__":{}}}'), "invalid_properties", "/properties/a"],
    ["properties: NUL", properties('{"a":"\\u0000"}'), "invalid_properties", "/properties/a"],
    ["properties: NUL in a key", properties('{"\\u0000":1}'), "invalid_properties", "/properties/?"],
    ["properties: half a pair", properties('{"a":["\\ud800"]}'), "invalid_properties", "/properties/a/0"],
    ["properties: half a pair in a key", properties('{"\\udfff":1}'), "invalid_properties", "/properties/?"],
    ["properties: 2^53", properties('{"n":9007199254740992}'), "invalid_properties", "/properties/n"],
    ["properties: 1e400", properties('{"n":1e400}'), "invalid_properties", "/properties/n"],
    ["properties: -1e400", properties('{"n":-1e400}'), "invalid_properties", "/properties/n"],
    [
      "a screen's name of 201 characters",
      { type: '"screen_view"', ...properties(`{"screenName":${long}}`) },
      "invalid_name",
      "/properties/screenName",
    ],
  ];

  function reasonOf(name: string): RejectReason {
    const reasons: Record<string, RejectReason> = {
      ...{ eventId: "invalid_event_id", type: "invalid_type", sessionId: "invalid_session_id" },
      ...{ userId: "invalid_actor", anonymousId: "invalid_actor", name: "invalid_name" },
    };
    return reasons[name] ?? "unknown_field";
  }

  it.each(faults)(
    "with %s is refused alone and in a batch, by the same reason",
    async (what, fields, reason, pointer) => {
      const bad = body({ ...good(`bad-${what}`), ...fields });
      const problem = await storingNothing(async () => {
        return expectProblem(await send("/api/events/single", bad), "event_rejected", pointer);
      });
      expect(problem).toMatchObject({ success: false, accepted: 0, rejected: 1, errors: [{ code: reason }] });

      const before = await countRows(app.pool);
      const batch = `{"events":[${bad},${body(good(`good-${what}`))},${bad}]}`;
      const reply = await send("/api/events", batch);
      expect([reply.status, reply.body]).toEqual([
        200,
        expect.objectContaining({ success: true, accepted: 1, rejected: 2, duplicates: 0 }),
      ]);
      const error = { code: reason, message: problem.errors?.[0]?.reason };
      expect(reply.body).toMatchObject({
        errors: [
          { index: 0, ...error },
          { index: 2, ...error },
        ],
      });
      expect((await countRows(app.pool))["app_event"]).toBe((before["app_event"] ?? 0) + 1);
    },
  );

  it.each([
    ["events: none", {}, "invalid_body", "/events"],
    ["events: null", { events: "null" }, "invalid_body", "/events"],
    ["events: object", { events: "{}" }, "invalid_body", "/events"],
    ["events: empty", { events: "[]" }, "empty_batch", undefined],
    ["events: 1,001", { events: `[${Array(1_001).fill("null")}]` }, "batch_too_large", undefined],
    ["events: a million", { events: `[${Array(1_000_000).fill("{}")}]` }, "batch_too_large", undefined],
    ...badTexts.flatMap(([what, value]) => [
      [`batchId: ${what}`, { batchId: value }, "invalid_body", "/batchId"] as const,
      [`projectId: ${what}`, { projectId: value }, "invalid_body", "/projectId"] as const,
    ]),
    ...badTimes.flatMap(([what, value]) => [
      [`sentAt: ${what}`, { sentAt: value }, "invalid_body", "/sentAt"] as const,
      [`createdAt: ${what}`, { createdAt: value }, "invalid_body", "/createdAt"] as const,
    ]),
    ["another project", { projectId: '"bystander"' }, "wrong_project", undefined],
  ] as const)("is stored nowhere when its batch has %s", async (what, fields, code, pointer) => {
    const events = what.startsWith("events") ? undefined : `[${body(good(`envelope-${what}`))}]`;
    await storingNothing(async () => {
      expectProblem(await send("/api/events", body({ events, ...fields })), code, pointer);
    });
  });

  it.each([
    ["1970", "1970-01-01T00:00:00Z", "too_far_ahead"],
    ["the year 9999", "9999-12-31T23:59:59Z", "too_old"],
  ])("is refused when a device that believes it is %s would move it out of the window", async (_what, sentAt, code) => {
    await storingNothing(async () => {
      const event = { ...good("moved"), timestamp: '"2026-03-18T10:00:00Z"' };
      const { body: reply } = await send("/api/events", `{"sentAt":"${sentAt}","events":[${body(event)}]}`);
      expect(reply).toMatchObject({ accepted: 0, rejected: 1, errors: [{ code }] });
    });
  });

  it.each([
    ["no key", {}, "unauthenticated"],
    ["an empty key", { "x-api-key": "" }, "unauthenticated"],
    ["a key of 10,000 characters", { "x-api-key": `mgk_${"x".repeat(10_000)}` }, "unauthenticated"],
    ["two keys", { "x-api-key": ["mgk_a", "mgk_b"] }, "unauthenticated"],
    ["a service token", { authorization: "Bearer test-admin-token-0123456789" }, "unauthenticated"],
    ["a key that may only read", { "x-api-key": "read" }, "forbidden"],
  ] as const)("is stored nowhere when it comes with %s", async (_what, given, code) => {
    const headers = {
      ...given,
      ...("x-api-key" in given && given["x-api-key"] === "read" ? { "x-api-key": keyless } : {}),
    };
    await storingNothing(async () => {
      for (const [path, sent] of [
        ["/api/events", `{"events":[${body(good("keyless"))}]}`],
        ["/api/events/single", body(good("keyless"))],
      ] as const) {
        const reply = await exchange(app.url, {
          path,
          body: sent,
          headers: { "content-type": "application/json", ...headers } as Record<string, string>,
        });
        expectProblem(reply, code);
      }
    });
  });
});

type Field = [what: string, fields: Record<string, string | undefined>, pointer: string];

const badIds = (...names: string[]): Field[] =>
  names.flatMap((name) => badTexts.map(([what, value]): Field => [`${name}: ${what}`, { [name]: value }, `/${name}`]));
const missing = (...names: string[]): Field[] =>
  names.map((name): Field => [`no ${name}`, { [name]: undefined }, `/${name}`]);
const badInstants = (...names: string[]): Field[] =>
  names.flatMap((name) => badTimes.map(([what, value]): Field => [`${name}: ${what}`, { [name]: value }, `/${name}`]));
const badTimestamps: Field[] = [
  ...badInstants("timestamp"),
  ["1970", { timestamp: '"1970-01-01T00:00:00Z"' }, "/timestamp"],
  ["2100", { timestamp: '"2100-01-01T00:00:00Z"' }, "/timestamp"],
];
const badCounts = (...names: string[]): Field[] =>
  names.flatMap((name) =>
    ["-1", "1.5", "1e400", "-1e400", "9007199254740992", "1000000000001", '"5"', "null", "[]", "true"].map(
      (value): Field => [`${name}: ${value}`, { [name]: value }, `/${name}`],
    ),
  );

describe.each([
  {
    path: "/events",
    good: (id: string) => ({ event: '"user.login"', eventId: text(id) }),
    id: "eventId",
    faults: [
      ...missing("event"),
      ...badIds("event", "eventId", "userId", "projectId"),
      ...badTimestamps,
      ["metadata: list", { metadata: "[]" }, "/metadata"],
      ["metadata: 32 KB and a byte", { metadata: `{"a":${text("x".repeat(32 * 1024 - 7))}}` }, "/metadata"],
      ["metadata: 9 levels", { metadata: nested(9) }, `/metadata${"/a".repeat(8)}`],
      ["metadata: 10,000 levels", { metadata: nested(10_000) }, `/metadata${"/a".repeat(8)}`],
      ["metadata: __proto__", { metadata: '{"__proto__":{}}' }, "/metadata"],
      ["metadata: NUL", { metadata: '{"a":"\\u0000"}' }, "/metadata/a"],
      ["metadata: half a pair in a key", { metadata: '{"\\ud800":1}' }, "/metadata/?"],
      ["metadata: -2^53", { metadata: '{"a":[-9007199254740992]}' }, "/metadata/a/0"],
      ["metadata: 1e400", { metadata: '{"a":1e400}' }, "/metadata/a"],
      ["an unknown field", { colour: "1" }, "/colour"],
    ] as Field[],
  },
  {
    path: "/usage/api",
    good: (id: string) => ({ userId: '"u"', model: '"m"', inputTokens: "1", outputTokens: "1", requestId: text(id) }),
    id: "requestId",
    faults: [
      ...missing("userId", "model", "inputTokens", "outputTokens"),
      ...badIds("userId", "projectId", "model", "requestId", "provider", "feature", "status"),
      ...badCounts("inputTokens", "outputTokens"),
      ...badTimestamps,
      ["durationMs: -1", { durationMs: "-1" }, "/durationMs"],
      ["durationMs: 2^31", { durationMs: "2147483648" }, "/durationMs"],
      ["tags: text", { tags: '"a"' }, "/tags"],
      ["tags: 21", { tags: text(Array(21).fill("t")) }, "/tags"],
      ["tags: NUL", { tags: '["a","\\u0000"]' }, "/tags/1"],
      ["tags: 10,000 levels", { tags: "[".repeat(10_000) + "]".repeat(10_000) }, "/tags/0"],
      ["an unknown field", { __proto__: undefined, colour: "1" }, "/colour"],
    ] as Field[],
  },
])("POST $path", ({ path, good, id, faults }) => {
  it.each(faults)(
    "refuses %s alone and in an array, where its neighbours are stored",
    async (what, fields, pointer) => {
      const bad = body({ ...good(`bad-${what}`), ...fields });
      const { detail } = await storingNothing(async () =>
        expectProblem(await send(path, bad), "invalid_body", pointer),
      );
      const reply = await send<{ results: object[] }>(path, `[${bad},${body(good(`good-${what}`))}]`);
      expect([reply.status, reply.body]).toMatchObject([
        201,
        {
          success: false,
          results: [
            { success: false, index: 0, code: "invalid_body", message: detail },
            { success: true, [id]: `good-${what}`, duplicate: false },
          ],
        },
      ]);
    },
  );

  it.each([
    ["an empty array", "[]", "empty_batch"],
    ["1,001 entries", `[${Array(1_001).fill("{}")}]`, "batch_too_large"],
    ["a million entries", `[${Array(1_000_000).fill("[]")}]`, "batch_too_large"],
  ] as const)("refuses %s", async (_what, sent, code) => {
    await storingNothing(async () => expectProblem(await send(path, sent), code));
  });

  it("gives every entry of an array of nonsense its own refusal, and stores none", async () => {
    const nonsense = ["null", "1", '"x"', "[]", "{}", nested(10_000), `{"${id}":{"a":1}}`, `{"${id}":"\\ud800"}`];
    await storingNothing(async () => {
      const { status, body: reply } = await send<{ results: object[] }>(path, `[${nonsense}]`);
      expect([status, reply.results.length]).toEqual([200, nonsense.length]);
      for (const [index, result] of reply.results.entries()) {
        expect(result).toMatchObject({ success: false, index, code: "invalid_body", message: expect.any(String) });
      }
    });
  });

  it("refuses other content under an id that is known, and keeps what is stored", async () => {
    await send(path, body(good("conflict")));
    const before = await countRows(app.pool);
    expectProblem(await send(path, body({ ...good("conflict"), userId: '"another"' })), "request_conflict");
    // Of usage the operator's list shows it.
    const conflicts = path === "/usage/api" ? 1 : 0;
    expect(await countRows(app.pool)).toEqual({ ...before, usage_conflict: conflicts });
  });
});

const badAmounts = (...names: string[]): Field[] =>
  names.flatMap((name) =>
    ["-1", "1e400", "1e9999", "1000000001", '"-1"', '"1e3"', '"0x10"', '"NaN"', '" 1"', '""', "[]", "{}", "true"].map(
      (value): Field => [`${name}: ${value}`, { [name]: value }, `/${name}`],
    ),
  );

describe.each([
  {
    method: "POST",
    path: "/prices",
    good: { model: '"m"', inputPerMillion: "1", outputPerMillion: "2" },
    faults: [
      ...missing("model", "inputPerMillion", "outputPerMillion"),
      ...badIds("model", "provider"),
      ...badAmounts("inputPerMillion", "outputPerMillion", "cacheReadPerMillion"),
      ...badInstants("validFrom", "validTo"),
      ["serviceTier: unknown", { serviceTier: '"gold"' }, "/serviceTier"],
      ["currency: EUR", { currency: '"EUR"' }, "/currency"],
      ["longContext: nine steps", { longContext: `[${Array(9).fill("{}")}]` }, "/longContext"],
      ["longContext: 10,000 lists", { longContext: "[".repeat(10_000) + "]".repeat(10_000) }, "/longContext/0"],
    ] as Field[],
  },
  {
    method: "POST",
    path: "/costs/recost",
    good: {},
    faults: [
      ...badIds("model"),
      ...badInstants("from", "to"),
      ["dryRun: text", { dryRun: '"false"' }, "/dryRun"],
      ["cursor: empty", { cursor: '""' }, "/cursor"],
      ["cursor: 1,001 characters", { cursor: text("x".repeat(1_001)) }, "/cursor"],
    ] as Field[],
  },
  {
    method: "POST",
    path: "/budgets",
    good: { scope: '"user"', scopeId: '"u"', period: '"month"', limit: "10" },
    faults: [
      ...missing("scope", "scopeId", "period", "limit"),
      ...badIds("scopeId", "name"),
      ...badAmounts("limit"),
      ["limit: 0", { limit: "0" }, "/limit"],
      ["limit: seven decimals", { limit: '"0.0000001"' }, "/limit"],
      ["scope: unknown", { scope: '"planet"' }, "/scope"],
      ["period: rolling", { period: '"30d"' }, "/period"],
      ["timezone: unknown", { timezone: '"Mars/Base"' }, "/timezone"],
      ["thresholds: falling", { thresholds: "[80,50]" }, "/thresholds"],
      ["thresholds: 1e400", { thresholds: "[1e400]" }, "/thresholds/0"],
      ["channels: unknown", { channels: '[{"type":"pager"}]' }, "/channels/0/type"],
      ["channels: a file", { channels: '[{"type":"webhook","url":"file:///etc/passwd"}]' }, "/channels/0/url"],
      [
        "channels: a line break in an address",
        { channels: '[{"type":"email","to":"a@b.c\\nbcc: x@y.z"}]' },
        "/channels/0/to",
      ],
    ] as Field[],
  },
  {
    method: "POST",
    path: "/budgets/check",
    good: { userId: '"u"', estimatedCost: "1" },
    faults: [
      ...badIds("userId", "projectId", "feature"),
      ...badAmounts("estimatedCost"),
      ["ttlSeconds: 0", { reserve: "true", ttlSeconds: "0" }, "/ttlSeconds"],
      ["ttlSeconds: a day", { reserve: "true", ttlSeconds: "86400" }, "/ttlSeconds"],
      ["reserve: text", { reserve: '"true"' }, "/reserve"],
      ["inputTokens: -1", { estimatedCost: undefined, model: '"m"', inputTokens: "-1" }, "/inputTokens"],
    ] as Field[],
  },
  {
    method: "POST",
    path: "/api/projects",
    good: { name: '"A project"' },
    faults: [
      ...missing("name"),
      ...badIds("id", "name", "ownerId"),
      ["name: blanks", { name: '"  "' }, "/name"],
      ["timezone: unknown", { timezone: '"Mars/Base"' }, "/timezone"],
      ["timezone: offset", { timezone: '"+05:30"' }, "/timezone"],
      ["timezone: NUL", { timezone: '"UTC\\u0000"' }, "/timezone"],
      ...["0", "-1", "1.5", "1000000001", "1e400", '"5"', "null"].map((value): Field => {
        return [`eventsPerMinute: ${value}`, { eventsPerMinute: value }, "/eventsPerMinute"];
      }),
      ...["0", "29", "30.5", "36501", '"90"', "null"].map((value): Field => {
        return [`retentionDays: ${value}`, { retentionDays: value }, "/retentionDays"];
      }),
    ] as Field[],
  },
  {
    method: "PATCH",
    path: "/api/projects/victim",
    good: { name: '"A project"' },
    faults: [
      ["nothing", { name: undefined }, ""],
      ["an id", { id: '"other"' }, "/id"],
      ...badIds("name", "ownerId"),
      ["name: null", { name: "null" }, "/name"],
      ["timezone: unknown", { timezone: '"Mars/Base"' }, "/timezone"],
      ["eventsPerMinute: 0", { eventsPerMinute: "0" }, "/eventsPerMinute"],
      ["retentionDays: 29", { retentionDays: "29" }, "/retentionDays"],
    ] as Field[],
  },
  {
    method: "POST",
    path: "/api/projects/victim/keys",
    good: {},
    faults: [
      ...badIds("name"),
      ["scopes: none", { scopes: "[]" }, "/scopes"],
      ["scopes: unknown", { scopes: '["admin"]' }, "/scopes/0"],
      ["scopes: too many", { scopes: '["ingest","ingest","ingest"]' }, "/scopes"],
      ["scopes: text", { scopes: '"ingest"' }, "/scopes"],
    ] as Field[],
  },
  {
    method: "POST",
    path: "/tokens",
    good: { name: '"A token"', scopes: '["admin"]' },
    faults: [
      ...missing("name", "scopes"),
      ...badIds("name"),
      ["scopes: none", { scopes: "[]" }, "/scopes"],
      ["scopes: unknown", { scopes: '["admin","root"]' }, "/scopes/1"],
      ["scopes: __proto__", { scopes: '{"__proto__":["admin"]}' }, "/scopes"],
    ] as Field[],
  },
])("$method $path", ({ method, path, good, faults }) => {
  it.each(faults)("refuses %s", async (_what, fields, pointer) => {
    await storingNothing(async () => {
      expectProblem(await send(path, body({ ...good, ...fields }), method), "invalid_body", pointer);
    });
  });

  it("refuses whoever has no token, or one for something else, and one that is no token", async () => {
    const { token } = await app.domain.tokens.create({ name: "reader", scopes: ["platform:read"] }, "test");
    const tries: [authorization: string | undefined, code: ProblemCode][] = [
      [undefined, "unauthenticated"],
      ["", "unauthenticated"],
      ["Bearer", "unauthenticated"],
      ["Basic YTpi", "unauthenticated"],
      [`Bearer ${"x".repeat(10_000)}`, "unauthenticated"],
      [`Bearer mgt_${"x".repeat(43)}`, "unauthenticated"],
      [`Bearer ${token} ${token}`, "unauthenticated"],
      [`Bearer ${token}`, "forbidden"],
    ];
    await storingNothing(async () => {
      for (const [authorization, code] of tries) {
        const headers = {
          "content-type": "application/json",
          ...(authorization === undefined ? {} : { authorization }),
        };
        expectProblem(await exchange<Problem>(app.url, { method, path, headers, body: body(good) }), code);
      }
    });
  });
});
