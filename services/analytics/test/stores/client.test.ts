import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/postgres.js";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

it("reads whole numbers as numbers, money as exact text, days as text and instants as dates", async () => {
  const { rows } = await database.pool.query(`
    select 9007199254740991::int8 as count, 0.10::numeric as money, date '2024-01-02' as day,
           timestamptz '2024-01-02 03:04:05.678+02' as instant,
           array[1, null]::int8[] as counts, array['2024-01-02']::date[] as days`);
  expect(rows).toEqual([
    {
      count: 9_007_199_254_740_991,
      money: "0.10",
      day: "2024-01-02",
      instant: new Date("2024-01-02T01:04:05.678Z"),
      counts: [1, null],
      days: ["2024-01-02"],
    },
  ]);
});

it("refuses a whole number that would be rounded", async () => {
  await expect(database.pool.query("select 9007199254740993::int8")).rejects.toThrow("beyond 2^53: 9007199254740993");
});

it("speaks UTC whatever the server is set to", async () => {
  const { rows } = await database.pool.query("select current_setting('timezone') as timezone");
  expect(rows).toEqual([{ timezone: "UTC" }]);
});

it("survives the loss of its idle connections", async () => {
  await database.pool.query("select 1");
  const other = await database.pool.connect();
  await other.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
  other.release();
  const { rows } = await database.pool.query("select 1 as one");
  expect(rows).toEqual([{ one: 1 }]);
});

it("shares its connections with Prisma, which leaves them open", async () => {
  expect(await database.prisma.project.count()).toBe(0);
  await database.prisma.$disconnect();
  expect((await database.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
});
