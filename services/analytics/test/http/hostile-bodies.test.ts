import { gzipSync } from "node:zlib";
import type { ChangedBudget, ProblemCode, ReportSubscription } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operations } from "../../src/http/operations.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { countRows, exchange, expectProblem, nested, type Sent } from "../support/hostile.js";

let app: TestApp;
let key: string;
let budgetId: string;
let subscriptionId: string;

beforeAll(async () => {
  app = await startTestApp();
  await app.createProject({ id: "victim", eventsPerMinute: 1_000_000 });
  key = (await app.createKey("victim")).key;
  budgetId = (await app.fetchJson<ChangedBudget>("/budgets", { body: newBudget() })).body.id;
  const subscription = await app.fetchJson<ReportSubscription>("/reports/subscriptions", { body: newSubscription() });
  subscriptionId = subscription.body.id;
});
afterAll(() => app.stop());

let last = 0;
const unique = (name: string) => `${name}-${++last}`;
const newBudget = () => ({ scope: "user", scopeId: unique("user"), period: "month", limit: 10 });
const newSubscription = () => ({ scope: "platform", address: `${unique("a")}@example.com` });
const megabyte = 1024 * 1024;

type Route = {
  method: "POST" | "PATCH";
  /** As api.ts has it. */
  route: string;
  /** Of its body. */
  maxBytes: number;
  /** A body that the route takes, new each time. */
  good: () => object;
  path?: () => Promise<string>;
  /** What an unknown field is there. */
  unknownField?: ProblemCode;
};

const routes: Route[] = [
  {
    method: "POST",
    route: "/api/events",
    maxBytes: 5 * megabyte,
    good: () => ({ events: [{ eventId: unique("event"), type: "tap", sessionId: "s" }] }),
  },
  {
    method: "POST",
    route: "/api/events/single",
    maxBytes: megabyte / 4,
    good: () => ({ eventId: unique("event"), type: "tap", sessionId: "s" }),
    unknownField: "event_rejected",
  },
  {
    method: "POST",
    route: "/events",
    maxBytes: 5 * megabyte,
    good: () => ({ event: "user.login", eventId: unique("login") }),
  },
  {
    method: "POST",
    route: "/usage/api",
    maxBytes: 5 * megabyte,
    good: () => ({ userId: "u", model: "m", inputTokens: 1, outputTokens: 1, requestId: unique("request") }),
  },
  {
    method: "POST",
    route: "/costs/recost",
    maxBytes: megabyte / 16,
    good: () => ({ model: unique("model") }),
  },
  {
    method: "POST",
    route: "/prices",
    maxBytes: megabyte / 16,
    good: () => ({ model: unique("model"), inputPerMillion: 1, outputPerMillion: 2 }),
  },
  {
    method: "POST",
    route: "/budgets",
    maxBytes: megabyte / 16,
    good: newBudget,
  },
  {
    method: "POST",
    route: "/budgets/check",
    maxBytes: megabyte / 16,
    good: () => ({ userId: unique("user"), estimatedCost: 1 }),
  },
  {
    method: "PATCH",
    route: "/budgets/:budgetId",
    path: async () => `/budgets/${budgetId}`,
    maxBytes: megabyte / 16,
    good: () => ({ name: unique("name") }),
  },
  {
    method: "POST",
    route: "/reports/subscriptions",
    maxBytes: megabyte / 16,
    good: newSubscription,
  },
  {
    method: "PATCH",
    route: "/reports/subscriptions/:subscriptionId",
    path: async () => `/reports/subscriptions/${subscriptionId}`,
    maxBytes: megabyte / 16,
    good: () => ({ paused: true }),
  },
  {
    method: "POST",
    route: "/api/projects",
    maxBytes: megabyte / 16,
    good: () => ({ id: unique("project"), name: "A project" }),
  },
  {
    method: "PATCH",
    route: "/api/projects/:projectId",
    path: async () => "/api/projects/victim",
    maxBytes: megabyte / 16,
    good: () => ({ name: unique("name") }),
  },
  {
    method: "POST",
    route: "/api/projects/:projectId/keys",
    // A project has ten keys at most.
    path: async () => `/api/projects/${(await app.createProject()).id}/keys`,
    maxBytes: megabyte / 16,
    good: () => ({ name: "A key" }),
  },
  {
    method: "POST",
    route: "/api/projects/:projectId/funnels",
    path: async () => "/api/projects/victim/funnels",
    maxBytes: megabyte / 16,
    good: () => ({ steps: [{ type: "screen_view" }, { type: "tap" }] }),
  },
  {
    method: "POST",
    route: "/tokens",
    maxBytes: megabyte / 16,
    good: () => ({ name: "A token", scopes: ["platform:read"] }),
  },
  {
    method: "POST",
    route: "/session",
    maxBytes: megabyte / 16,
    good: () => ({ token: app.adminToken }),
  },
];

/** The start of a request to the route, with its credentials. */
async function to({ method, route, path }: Route): Promise<Sent & { headers: Record<string, string> }> {
  const credentials: Record<string, string> = route.startsWith("/api/events")
    ? { "x-api-key": key }
    : { authorization: `Bearer ${app.adminToken}` };
  return {
    ...{ method, path: (await path?.()) ?? route },
    headers: { "content-type": "application/json", ...credentials },
  };
}

type Fault = [what: string, send: (route: Route) => Partial<Sent>, code: ProblemCode, pointer?: string];

const json = (value: unknown) => JSON.stringify(value);
const raw = (body: string | Buffer): Fault[1] => {
  return () => ({ body });
};
const withHeader = (name: string, value: string, encode = (body: string): string | Buffer => body): Fault[1] => {
  return ({ good }) => ({ body: encode(json(good())), headers: { [name]: value } });
};
/** A good body with a member more, as text: not every one survives JSON.stringify. */
const withMember = (member: string): Fault[1] => {
  return ({ good }) => ({ body: `{${member},${json(good()).slice(1)}` });
};
const padded = ({ good, maxBytes }: Route) => json(good()).padEnd(maxBytes + 1, " ");
const bomb = gzipSync(Buffer.alloc(64 * megabyte, " "));
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le");

const faults: Fault[] = [
  ["no body", () => ({}), "invalid_json"],
  ["an empty body", raw(""), "invalid_json"],
  ["an empty body in chunks", () => ({ body: "", chunked: true }), "invalid_json"],
  ["blanks", raw(" \r\n\t"), "invalid_json"],
  ["half a body", ({ good }) => ({ body: json(good()).slice(0, -1) }), "invalid_json"],
  ["two bodies", ({ good }) => ({ body: json(good()).repeat(2) }), "invalid_json"],
  ["a comma too many", ({ good }) => ({ body: json(good()).replace(/}$/, ",}") }), "invalid_json"],
  ["single quotes", ({ good }) => ({ body: json(good()).replaceAll('"', "'") }), "invalid_json"],
  ["NaN", withMember('"a":NaN'), "invalid_json"],
  ["a raw line break in a string", withMember('"a":"\n"'), "invalid_json"],
  ["a raw NUL", withMember('"a\u0000":1'), "invalid_json"],
  ["open brackets to its bound", ({ maxBytes }) => ({ body: '[{"a":'.repeat(maxBytes / 8) }), "invalid_json"],
  [
    "invalid UTF-8",
    () => ({ body: Buffer.from([0x7b, 0x22, 0xff, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]) }),
    "invalid_json",
  ],
  ["a surrogate in UTF-8", () => ({ body: Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]) }), "invalid_json"],
  [
    "UTF-16 that says so",
    withHeader("content-type", "application/json; charset=utf-16", utf16),
    "unsupported_media_type",
  ],
  ["UTF-16 that does not say so", ({ good }) => ({ body: utf16(json(good())) }), "invalid_json"],
  ["no content type", withHeader("content-type", ""), "unsupported_media_type"],
  ["a form's content type", withHeader("content-type", "application/x-www-form-urlencoded"), "unsupported_media_type"],
  ["a file's content type", withHeader("content-type", "multipart/form-data; boundary=x"), "unsupported_media_type"],
  ["an unknown content encoding", withHeader("content-encoding", "zstd"), "unsupported_encoding"],
  ["two content encodings", withHeader("content-encoding", "gzip, gzip"), "unsupported_encoding"],
  ["no gzip where it says gzip", withHeader("content-encoding", "gzip"), "invalid_json"],
  ["half a gzip", withHeader("content-encoding", "gzip", (body) => gzipSync(body).subarray(0, -9)), "invalid_json"],
  ["a gzip of nothing", withHeader("content-encoding", "gzip", () => gzipSync("")), "invalid_json"],
  ["a gzip in a gzip", withHeader("content-encoding", "gzip", (body) => gzipSync(gzipSync(body))), "invalid_json"],
  ["a body past its bound", (route) => ({ body: padded(route) }), "body_too_large"],
  ["a body past its bound in chunks", (route) => ({ body: padded(route), chunked: true }), "body_too_large"],
  ["a gzip past its bound", gzipOf((route) => padded(route)), "body_too_large"],
  ["a gzip bomb", () => ({ body: bomb, headers: { "content-encoding": "gzip" } }), "body_too_large"],
  ["null", raw("null"), "invalid_body", ""],
  ["true", raw("true"), "invalid_body", ""],
  ["1e400", raw("1e400"), "invalid_body", ""],
  ["a text", raw('"text"'), "invalid_body", ""],
];

function gzipOf(body: (route: Route) => string | Buffer): Fault[1] {
  return (route) => ({ body: gzipSync(body(route)), headers: { "content-encoding": "gzip" } });
}

const unknownFields: [what: string, member: string, pointer: string][] = [
  ["an unknown field", '"colour":"red"', "/colour"],
  ["an unknown field of 10,000 levels", `"colour":${nested(10_000)}`, "/colour"],
  ["__proto__", '"__proto__":{"admin":true}', "/__proto__"],
  ["constructor", '"constructor":{"prototype":{"admin":true}}', "/constructor"],
  ["hasOwnProperty", '"hasOwnProperty":1', "/hasOwnProperty"],
  ["an empty name", '"":1', "/"],
  ["NUL in a name", '"a\\u0000":1', "/?"],
  ["half a surrogate pair in a name", '"a\\ud800":1', "/?"],
  ["a name of 50,000 characters", `"${"n".repeat(50_000)}":1`, `/${"n".repeat(60)}…`],
  ["a name with a slash and a tilde", '"a/b~c":1', "/a~1b~0c"],
];

it("knows every route that takes a body", () => {
  const taking = operations.filter(({ body }) => body !== undefined).map(({ method, path }) => `${method} ${path}`);
  expect(routes.map(({ method, route }) => `${method} ${route}`)).toEqual(taking);
});

describe.each(routes)("$method $route", (route) => {
  async function refuses(sent: Partial<Sent>, code: ProblemCode, pointer?: string): Promise<void> {
    const base = await to(route);
    const before = await countRows(app.pool);
    const reply = await exchange(app.url, { ...base, ...sent, headers: { ...base.headers, ...sent.headers } });
    expectProblem(reply, code, pointer);
    expect(await countRows(app.pool)).toEqual(before);
    const good = await exchange(app.url, { ...base, body: json(route.good()) });
    expect([good.status, good.text]).toEqual([
      expect.toBeOneOf([200, 201]),
      expect.not.stringContaining('"rejected":1'),
    ]);
  }

  it.each(faults)("refuses %s, stores nothing, and goes on", async (_what, send, code, pointer) => {
    await refuses(send(route), code, pointer);
  });

  it.each(unknownFields)("refuses %s as a field, and names it", async (_what, member, pointer) => {
    await refuses(withMember(member)(route), route.unknownField ?? "invalid_body", pointer);
  });

  it("refuses objects in each other to its bound", async () => {
    await refuses({ body: nested(route.maxBytes / 8) }, route.unknownField ?? "invalid_body", "/a");
  });

  it("takes a body of exactly its bound, and the last of two members of one name", async () => {
    const sent = { ...(await to(route)), body: json(route.good()).padEnd(route.maxBytes, "\n") };
    expect((await exchange(app.url, sent)).status).toBeOneOf([200, 201]);
    const twice = { ...(await to(route)), body: json(route.good()).replace(/"(\w+)":/, '"$1":null,"$1":') };
    expect((await exchange(app.url, twice)).status).toBeOneOf([200, 201]);
  });
});
