import { type ExportedEvent, exportedEventSchema } from "@mobigen/analytics-contract";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { batchDeltas } from "../../src/ingestion/batch-deltas.js";
import { openExport } from "../../src/insights/event-export.js";
import { instant, readQuestion } from "../../src/insights/question.js";
import { type AppEvent, effectiveTime } from "../../src/stores/event-store.js";
import { createEventStore } from "../../src/stores/postgres/event-store.js";
import { appEvent, eventBatch } from "../support/app-events.js";
import {
  createInsightWorld,
  eventsBetween,
  type InsightWorld,
  passes,
  someFilters,
  someWindow,
  worldNow,
} from "../support/insight-world.js";

let world: InsightWorld;
beforeAll(async () => {
  world = await createInsightWorld();
});
afterAll(() => world.drop());

async function download(query: Record<string, unknown>, format: "csv" | "ndjson", project = world.project) {
  const question = readQuestion(project, query, worldNow);
  const { chunks, fileName } = await openExport(world.stores.exports, question, format);
  let text = "";
  for await (const chunk of chunks) text += chunk;
  return { question, text, fileName };
}

const linesOf = (text: string): ExportedEvent[] =>
  text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as ExportedEvent]));

const identity = (event: ExportedEvent): string => `${event.timestamp}/${event.eventId}/${event.sentTimestamp}`;
const identityOf = (event: AppEvent): string =>
  `${instant(effectiveTime(event))}/${event.eventIdText ?? event.eventId}/${instant(event.occurredAt)}`;

it("holds each event of the period that passes the filters once, oldest first, as it was sent", async () => {
  const filters = someFilters("platform", "version", "country", "type", "name", "property");
  await fc.assert(
    fc.asyncProperty(someWindow, filters, async (window, filters) => {
      const { question, text } = await download({ ...window, ...filters }, "ndjson");
      const expected = eventsBetween(world.events, question.window).filter((event) => passes(event, question.filter));
      const lines = linesOf(text);
      expect(lines.map(identity).sort()).toEqual(expected.map(identityOf).sort());
      const times = lines.map(({ timestamp }) => Date.parse(timestamp));
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      const sent = new Map(expected.map((event) => [identityOf(event), event]));
      for (const line of lines) {
        expect(exportedEventSchema.parse(line)).toEqual(line);
        const event = sent.get(identity(line));
        expect(line).toMatchObject({
          type: event?.type,
          name: event?.name || null,
          sessionId: event?.sessionIdText ?? event?.sessionId,
          anonymousId: event?.actor?.id === undefined ? null : expect.any(String),
          model: event?.device.model || null,
          properties: JSON.parse(event?.properties ?? "null"),
        });
      }
    }),
    { numRuns: 40 },
  );
}, 120_000);

/** What a sheet is kept from taking for a formula. */
const escaped = (text: string): string => (/^[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text);

const cellOf = (value: ExportedEvent[keyof ExportedEvent]): string => {
  if (value === null) return "";
  return escaped(typeof value === "object" ? JSON.stringify(value) : String(value));
};

it("says the same in CSV as in NDJSON, whatever texts there are", async () => {
  const { pool } = world.database;
  const { rows } = await pool.query<{ project_key: number }>(
    "insert into project (id, name, created_at, named_at) values ('=cmd, \"x\"', 'x', now(), now()) returning project_key",
  );
  const projectKey = rows[0]?.project_key ?? 0;
  const texts = fc.sample(fc.string({ unit: "binary", minLength: 1 }), { numRuns: 200, seed: 7 });
  const nasty = ["=1+1", "-2", "+3", "@x", "\ttab", "\rreturn", "a\nb", 'say "hi", you', "'", " x ", "＝1", "a,b", ";"];
  const clean = [...texts, ...nasty].filter((text) => !text.includes("\0") && !/\p{Surrogate}/u.test(text));
  const events = clean.map((text, n) =>
    appEvent({
      eventId: `event-${n}`,
      at: Date.parse("2026-03-20T00:00:00Z") + n,
      name: text,
      type: text.slice(0, 2),
      properties: JSON.stringify({ [text]: text, list: [text] }),
    }),
  );
  await createEventStore({ pool, deltasOf: batchDeltas }).append([eventBatch(projectKey, events)]);
  const project = { projectKey, id: '=cmd, "x"', timezone: "UTC" };
  const lines = linesOf((await download({ period: "30d" }, "ndjson", project)).text);
  const { text, fileName } = await download({ period: "30d" }, "csv", project);
  expect(fileName).toMatch(/^_cmd_x_-events-2026-\d\d-\d\d-2026-04-06\.csv$/);
  const records = parse(text, { columns: true, record_delimiter: "\r\n" }) as Record<string, string>[];
  expect(lines.map(({ name }) => name)).toEqual(clean);
  expect(records).toEqual(
    lines.map((line) => Object.fromEntries(Object.entries(line).map(([name, value]) => [name, cellOf(value)]))),
  );
});

it("has a head in CSV and nothing in NDJSON where there are no events", async () => {
  const nothing = { from: "2020-01-01T00:00:00Z", to: "2020-02-01T00:00:00Z" };
  expect((await download(nothing, "ndjson")).text).toBe("");
  expect((await download(nothing, "csv")).text).toBe(`${exportedEventSchema.keyof().options.join()}\r\n`);
});
