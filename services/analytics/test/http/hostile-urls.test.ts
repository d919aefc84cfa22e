import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operations } from "../../src/http/operations.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { countRows, exchange, expectProblem } from "../support/hostile.js";

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
  await app.createProject({ id: "p" });
  // A session and an actor to ask for.
  const event = { eventId: "e", type: "tap", sessionId: "s", userId: "u", timestamp: "2026-03-18T10:00:00Z" };
  await app.fetchJson("/api/events", { key: (await app.createKey("p")).key, body: { events: [event] } });
});
afterAll(() => app.stop());

/** Sends the path as it stands here, with the admin token. */
function ask(path: string, method = "GET", body?: object) {
  return exchange(app.url, {
    ...{ method, path },
    headers: { authorization: `Bearer ${app.adminToken}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const uuid = "0189a3e8-1f04-7000-8000-000000000001";

type Query = [what: string, query: string, parameter?: string];

const windowFaults: Query[] = [
  ["an unknown period", "period=fortnight", "period"],
  ["an empty period", "period=", "period"],
  ["a period of nothing", "period=0d", "period"],
  ["a period of 10,000 days", "period=10000d", "period"],
  ["a period of minutes", "period=5M", "period"],
  ["a period of half a day", "period=0.5d", "period"],
  ["a period below zero", "period=-7d", "period"],
  ["a period with NUL", "period=7d%00", "period"],
  ["two periods", "period=day&period=week", "period"],
  ["a thousand periods", "period=day&".repeat(1_000), "period"],
  ["a list of periods", "period[]=day", "period[]"],
  ["a period beside from", "period=day&from=2026-03-01T00:00:00Z", "period"],
  ["an unknown time zone", "tz=Mars/Base", "tz"],
  ["an empty time zone", "tz=", "tz"],
  ["an offset for a time zone", "tz=%2B05:30", "tz"],
  ["the machine's own time zone", "tz=local", "tz"],
  ["a path for a time zone", "tz=../../etc/passwd", "tz"],
  ["two time zones", "tz=UTC&tz=UTC", "tz"],
  ["an unknown order", "order=up", "order"],
  ["an order in capitals", "order=ASC", "order"],
  ["a from without a zone", "from=2026-03-01T00:00:00", "from"],
  ["a from without a time", "from=2026-03-01", "from"],
  ["31 February", "from=2026-02-31T00:00:00Z", "from"],
  ["a from in 1970", "from=1970-01-01T00:00:00Z", "from"],
  ["a from in 2100", "from=2100-01-01T00:00:00Z", "from"],
  ["a to in 2100", "to=2100-01-01T00:00:00Z", "to"],
  ["a to in the year 0", "to=0000-01-01T00:00:00Z", "to"],
  ["a from that is still to come", "from=2026-03-19T00:00:00Z", "from"],
  ["from after to", "from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", "from"],
  ["from at to", "from=2026-03-02T00:00:00Z&to=2026-03-02T00:00:00Z", "from"],
  ["a plus that is a blank", "from=2026-03-01T00:00:00+01:00", "from"],
];

const anyFaults: Query[] = [
  ["an unknown parameter", "colour=red", "colour"],
  ["an unknown parameter without a value", "colour", "colour"],
  ["a parameter without a name", "=1", ""],
  ["__proto__", "__proto__=1", "__proto__"],
  ["__proto__ in brackets", "__proto__[admin]=1", "__proto__[admin]"],
  ["constructor", "constructor=1", "constructor"],
  ["NUL in a name", "a%00b=1", "?"],
  ["a name of 5,000 characters", `${"n".repeat(5_000)}=1`, `${"n".repeat(60)}…`],
  ["1,200 unknown parameters", Array.from({ length: 1_200 }, (_, n) => `x${n}=`).join("&")],
  ["a percent sign alone", "a=%", "a"],
  ["half a percent-encoding", "a=%e2%82", "a"],
  ["a percent-encoding of no digits", "%zz=1", "%zz"],
  ["an overlong percent-encoding", "a=%c0%80", "a"],
];

const pageFaults: Query[] = [
  ...["0", "-1", "201", "1.5", "1e400", "abc", "", "%00", "9007199254740993"].map(
    (limit): Query => [`limit=${limit}`, `limit=${limit}`, "limit"],
  ),
  ["two limits", "limit=1&limit=2", "limit"],
  ["an empty cursor", "cursor=", "cursor"],
  ["a cursor of 501 characters", `cursor=${"x".repeat(501)}`, "cursor"],
  ["a cursor that is no cursor", "cursor=abc", "cursor"],
  ["two cursors", "cursor=a&cursor=b", "cursor"],
  ...madeUp(null, [], {}, [1], ["1", 1], [1, 1, 1], [1.5, "x"], [1, "x".repeat(201)], [-1, "x"], [2 ** 53, 1]),
  // What no column holds.
  ...madeUp([Number.MAX_SAFE_INTEGER, 1], [-8.64e15, 1], [1, 2 ** 31], [1, -1], [Number.MAX_SAFE_INTEGER, uuid]),
];
// Positions of other lists.
const noProject = madeUp([1, "x\u0000"], [1, "\ud800"], [1, uuid]);
const noCredential = madeUp([1, "x\u0000"], [1, "\ud800"], [1, "7"], [1, 7]);

function madeUp(...positions: unknown[]): Query[] {
  return positions.map((position) => {
    const cursor = Buffer.from(JSON.stringify(position)).toString("base64url");
    return [`the cursor ${JSON.stringify(position)}`, `cursor=${cursor}`, "cursor"];
  });
}

const seriesFaults: Query[] = [
  ["no metric", "", "metric"],
  ["an unknown metric", "metric=money", "metric"],
  ["an empty metric", "metric=", "metric"],
  ["two metrics", "metric=tokens&metric=cost", "metric"],
  ["__proto__ for a metric", "metric=__proto__", "metric"],
  ["an unknown granularity", "metric=tokens&granularity=minute", "granularity"],
  ["two granularities", "metric=tokens&granularity=day&granularity=day", "granularity"],
  ["more points than it gives", "metric=tokens&granularity=hour&period=9999d", "granularity"],
  ["more points than it gives, from 2020", "metric=cost&granularity=hour&from=2020-01-01T00:00:00Z", "granularity"],
  ["an empty user", "metric=tokens&userId=", "userId"],
  ["a user of 201 characters", `metric=tokens&userId=${"x".repeat(201)}`, "userId"],
  ["a user with NUL", "metric=tokens&userId=a%00", "userId"],
  ["a user with a line break", "metric=tokens&userId=a%0a", "userId"],
  ["a user that is no UTF-8", "metric=tokens&userId=%FF", "userId"],
  ["two users", "metric=tokens&userId=a&userId=b", "userId"],
  ["a user in brackets", "metric=tokens&userId[a]=b", "userId[a]"],
  ["a project with NUL", "metric=app_events&projectId=%00", "projectId"],
  ["a model that does not apply", "metric=builds&model=m", "model"],
  ["a user that does not apply", "metric=active_users&userId=u", "userId"],
];

const costFaults: Query[] = [
  ["an unknown grouping", "groupBy=colour", "groupBy"],
  ["two groupings", "groupBy=user&groupBy=tag", "groupBy"],
  ["a filter without a grouping", "userId=u", "userId"],
  ["an empty tag", "groupBy=user&tag=", "tag"],
  ["a feature with NUL", "groupBy=user&feature=a%00", "feature"],
  ["a provider of 201 characters", `groupBy=user&provider=${"x".repeat(201)}`, "provider"],
];
const fleetFaults: Query[] = [
  ["an unknown sort", "sort=colour", "sort"],
  ["two sorts", "sort=cost&sort=name", "sort"],
  ["an empty search", "search=", "search"],
  ["a search with NUL", "search=a%00", "search"],
  ["a search of 201 characters", `search=${"x".repeat(201)}`, "search"],
  ["an unknown flag", "flag=red", "flag"],
];
const priceFaults: Query[] = [
  ["a time without a zone", "at=2026-03-01T00:00:00", "at"],
  ["a time in the year 0", "at=0000-01-01T00:00:00Z", "at"],
  ["an empty model", "model=", "model"],
  ["a provider with NUL", "provider=%00", "provider"],
  ...madeUp([2 ** 31, 1]),
];
const messageFaults: Query[] = [
  ["an unknown state", "state=lost", "state"],
  ["two states", "state=waiting&state=waiting", "state"],
];

const deviceFaults: Query[] = [
  ["a platform of 101 characters", `platform=${"x".repeat(101)}`, "platform"],
  ["a platform with NUL", "platform=%00", "platform"],
  ["two versions", "version=1&version=2", "version"],
  ["a version in brackets", "version[a]=1", "version[a]"],
  ["a country in small letters", "country=de", "country"],
  ["a country of three letters", "country=DEU", "country"],
  ["a country that is not there", "country=XX", "country"],
];
const propertyFaults: Query[] = [
  ["a property without a value", "property=plan", "property"],
  ["a property without a key", "property=:pro", "property"],
  ["a property with NUL", "property=plan:%00", "property"],
  ["a property of 401 characters", `property=plan:${"x".repeat(396)}`, "property"],
  ["six properties", "property=a:b&".repeat(6), "property"],
  ["a property without a value beside one with", "property=a:b&property=c", "property/1"],
  ["a property in brackets", "property[a]=b", "property[a]"],
];
const nameFaults: Query[] = [
  ["an empty name", "name=", "name"],
  ["a name with NUL", "name=%00", "name"],
  ["a type of 201 characters", `type=${"x".repeat(201)}`, "type"],
  ["two types", "type=a&type=b", "type"],
];
const insightSeriesFaults: Query[] = [
  ["no metric", "", "metric"],
  ["an unknown metric", "metric=tokens", "metric"],
  ["an unknown granularity", "metric=events&granularity=minute", "granularity"],
  ["more points than it gives", "metric=events&granularity=hour&period=9999d", "granularity"],
  ["a name that does not apply", "metric=sessions&name=n", "name"],
  ["a type that does not apply", "metric=screen_views&type=custom", "type"],
  ["a property that does not apply", "metric=bounce_rate&property=a:b", "property"],
];

const shownFaults: Query[] = ["0", "-1", "51", "1.5", "abc", ""].map((limit) => [
  `limit=${limit}`,
  `limit=${limit}`,
  "limit",
]);
const propertyKeyFaults: Query[] = [
  ["no type", "", "type"],
  ["a type that is none", "type=%00", "type"],
  ["a name that is none", "type=custom&name=%0A", "name"],
  ["a key of a line break", "type=custom&key=%0A", "key"],
  ["a key too long", `type=custom&key=${"x".repeat(401)}`, "key"],
  ...["0", "101", "1.5", "abc"].map((values): Query => [`values=${values}`, `type=custom&values=${values}`, "values"]),
];
const granularityFaults: Query[] = [
  ["an unknown granularity", "granularity=minute", "granularity"],
  ["more points than it gives", "granularity=hour&period=9999d", "granularity"],
];
const retentionFaults: Query[] = [
  ["an interval of an hour", "granularity=hour", "granularity"],
  ["more cohorts than it gives", "granularity=day&period=94d", "granularity"],
  ["an unknown mode", "mode=bounded", "mode"],
];
// Positions of other lists.
const noName = madeUp([1, "x"], [1, uuid]);

const peopleFaults: Query[] = [
  ["an actor with NUL", "actor=%00", "actor"],
  ["a length of -1 seconds", "minSeconds=-1", "minSeconds"],
  ["a length of more than a week", "minSeconds=604801", "minSeconds"],
  ["sessions of no event", "minEvents=0", "minEvents"],
];
const actorFaults: Query[] = [
  ["an empty search", "search=", "search"],
  ["a search with NUL", "search=a%00", "search"],
  ["an unknown kind", "kind=robot", "kind"],
];
// Positions of other lists.
const noPerson = madeUp([1, "x\u0000"], [1, "\ud800"], [1, "7"], [1, 7]);
const noEvent = [...noPerson, ...madeUp([1, uuid], [1, `${uuid}/`], [1, `${uuid}/x`], [1, `${uuid}/8.65e15`])];

type Page = {
  path: string;
  faults: Query[];
  base?: string;
  /** What the route can't do without. */
  needs?: string;
};

const pages: Page[] = [
  ...["/usage/user/u", "/usage/project/p", "/costs/user/u", "/costs/project/p"].map(
    (path): Page => ({ path, faults: [...windowFaults, ...anyFaults] }),
  ),
  { path: "/usage/conflicts", faults: [...pageFaults, ...anyFaults] },
  { path: "/costs", faults: [...costFaults, ...windowFaults, ...anyFaults] },
  { path: "/costs", base: "groupBy=user&", faults: [...pageFaults, ...windowFaults] },
  { path: "/prices", faults: [...priceFaults, ...pageFaults, ...anyFaults] },
  { path: "/prices/unpriced", faults: [...pageFaults, ...madeUp([1, "x\u0000"], [1, "\ud800"], [1, 7]), ...anyFaults] },
  { path: "/budgets", faults: [...pageFaults, ...noCredential, ...anyFaults] },
  { path: "/reports/subscriptions", faults: [...pageFaults, ...noCredential, ...anyFaults] },
  { path: "/messages", faults: [...messageFaults, ...pageFaults, ...anyFaults] },
  { path: "/api/projects/p/ingestion", faults: [...windowFaults, ...anyFaults] },
  { path: "/metrics/timeseries", faults: seriesFaults, needs: "metric=tokens" },
  {
    path: "/metrics/timeseries",
    base: "metric=tokens&",
    needs: "metric=tokens",
    faults: [...windowFaults, ...anyFaults],
  },
  { path: "/api/projects/p/overview", faults: [...windowFaults, ...deviceFaults, ...anyFaults] },
  {
    path: "/api/projects/p/screens",
    faults: [...windowFaults, ...deviceFaults, ...propertyFaults, ...pageFaults, ...noName, ...anyFaults],
  },
  {
    path: "/api/projects/p/events",
    faults: [
      ...[...windowFaults, ...deviceFaults, ...propertyFaults, ...nameFaults],
      ...[...pageFaults, ...noName, ...anyFaults],
    ],
  },
  { path: "/api/projects/p/events/properties", faults: propertyKeyFaults, needs: "type=custom" },
  {
    path: "/api/projects/p/events/properties",
    base: "type=custom&",
    needs: "type=custom",
    faults: [...windowFaults, ...deviceFaults, ...propertyFaults, ...anyFaults],
  },
  {
    path: "/api/projects/p/export",
    faults: [
      ...windowFaults.filter(([, query]) => !query.startsWith("order")),
      ...[...deviceFaults, ...propertyFaults, ...nameFaults, ...anyFaults],
      ["an unknown format", "format=xlsx", "format"],
    ],
  },
  { path: "/api/projects/p/active-users", faults: [...windowFaults, ...anyFaults] },
  { path: "/api/projects/p/retention", faults: [...retentionFaults, ...windowFaults, ...anyFaults] },
  ...["versions", "platforms", "countries", "devices"].map(
    (dimension): Page => ({
      path: `/api/projects/p/${dimension}`,
      faults: [...windowFaults, ...deviceFaults, ...granularityFaults, ...shownFaults, ...anyFaults],
    }),
  ),
  { path: "/api/projects/p/timeseries", faults: insightSeriesFaults, needs: "metric=events" },
  {
    path: "/api/projects/p/timeseries",
    base: "metric=events&",
    needs: "metric=events",
    faults: [...windowFaults, ...deviceFaults, ...propertyFaults, ...nameFaults, ...anyFaults],
  },
  {
    path: "/api/projects/p/sessions",
    faults: [...windowFaults, ...deviceFaults, ...peopleFaults, ...pageFaults, ...noPerson, ...anyFaults],
  },
  { path: "/api/projects/p/sessions/s", faults: [...pageFaults, ...noEvent, ...anyFaults] },
  { path: "/api/projects/p/actors", faults: [...actorFaults, ...pageFaults, ...noPerson, ...anyFaults] },
  {
    path: "/api/projects/p/actors/u",
    faults: [["an unknown time zone", "tz=Mars/Base", "tz"], ...pageFaults, ...noEvent, ...anyFaults],
  },
  {
    path: "/api/projects/p/actors/u/export",
    faults: [["an unknown format", "format=xml", "format"], ...anyFaults],
  },
  { path: "/api/projects/p/erasures", faults: [...pageFaults, ...anyFaults] },
  { path: "/metrics/dashboard", faults: anyFaults },
  { path: "/metrics/projects", faults: [...fleetFaults, ...windowFaults, ...pageFaults, ...anyFaults] },
  { path: "/api/projects", faults: [...pageFaults, ...noProject, ...anyFaults] },
  { path: "/api/projects/p/keys", faults: [...pageFaults, ...noCredential, ...anyFaults] },
  { path: "/tokens", faults: [...pageFaults, ...noCredential, ...anyFaults] },
  { path: "/jobs/hourly/runs", faults: [...pageFaults, ...madeUp([1, "x"], [1, uuid]), ...anyFaults] },
  { path: "/audit", faults: [...pageFaults, ...anyFaults] },
  { path: "/api/projects/p", faults: anyFaults },
];

it("knows every route that reads a query", () => {
  const known = new Set(pages.map(({ path }) => path.replace(/\/([ups]|hourly)(?=\/|$)/g, "/:id")));
  const reading = operations.filter(({ query }) => query !== undefined).map(({ path }) => path.replace(/:\w+/g, ":id"));
  expect([...known]).toEqual(expect.arrayContaining(reading));
});

describe.each(pages)("GET $path", ({ path, faults, base = "", needs }) => {
  it.each(faults)("refuses %s", async (_what, query, parameter) => {
    expectProblem(await ask(`${path}?${base}${query}`), "invalid_query", parameter);
    expect((await ask(needs === undefined ? path : `${path}?${needs}`)).status).toBe(200);
  });
});

const withId = operations.filter(({ path }) => path.includes("/:"));
const badIds: [what: string, id: string][] = [
  ["NUL", "%00"],
  ["NUL behind an id", "p%00"],
  ["a line break", "a%0Ab"],
  ["DEL", "%7F"],
  ["a line separator", "%E2%80%A8"],
  ["201 characters", "x".repeat(201)],
  ["201 encoded characters", "%2F".repeat(201)],
  ["a percent sign alone", "%"],
  ["half a percent-encoding", "%E2%82"],
  ["a percent-encoding of no digits", "%zz"],
  ["an overlong percent-encoding", "%C0%80"],
  ["half a surrogate pair", "%ED%A0%BD"],
];

describe.each(withId)("$method $path", ({ method, path, body }) => {
  const taken = path.startsWith("/reports/") ? { paused: true } : { name: "n" };
  const sent = body === undefined ? undefined : taken;

  it.each(badIds)("refuses an id that is %s, and changes nothing", async (_what, id) => {
    const before = await countRows(app.pool);
    for (const parameter of path.match(/:\w+/g) ?? []) {
      const url = path.replace(parameter, id).replace(/:\w+/, "p");
      expectProblem(await ask(url, method, sent), "invalid_path");
    }
    expect(await countRows(app.pool)).toEqual(before);
  });

  it("finds nothing under an id that only looks like one that is there", async () => {
    const before = await countRows(app.pool);
    const seemsRight = ["P", "p%20", "%20p", "p%2F", "..%2Fp", "p;x", "p%70", "p%27%20or%201=1--", uuid];
    for (const id of seemsRight) {
      const url = path.replace(/:(keyId|tokenId)/, path.includes(":projectId") ? uuid : id).replace(/:\w+/, id);
      const reply = await ask(url, method, sent);
      // What was used by nobody is nothing, not unknown.
      if (/^\/(usage|costs)\/(user|project)\//.test(path))
        expect([reply.status, reply.body]).toMatchObject([200, { byDay: [] }]);
      else expectProblem(reply, "not_found");
    }
    expect(await countRows(app.pool)).toEqual(before);
  });
});
