import { expect, it } from "vitest";
import { ariaSort, parseSort, sortRows, turnSort } from "./sort-rows";

type Row = { name: string; cost: number | null };
const columns = [
  { id: "name", value: (row: Row) => row.name },
  { id: "cost", value: (row: Row) => row.cost },
];
const rows: Row[] = [
  { name: "app 10", cost: 2 },
  { name: "App 9", cost: null },
  { name: "app 1", cost: 30 },
  { name: "app 2", cost: 2 },
];
const namesBy = (sort: string) => sortRows(rows, columns, parseSort(sort)).map(({ name }) => name);

it("puts names as people count them, numbers by size, and what has no value last either way", () => {
  expect(namesBy("name")).toEqual(["app 1", "app 2", "App 9", "app 10"]);
  expect(namesBy("-cost")).toEqual(["app 1", "app 10", "app 2", "App 9"]);
  expect(namesBy("cost")).toEqual(["app 10", "app 2", "app 1", "App 9"]);
});

it("leaves rows as they came for a column that there is not, or none", () => {
  expect(namesBy("nothing")).toEqual(rows.map(({ name }) => name));
  expect(namesBy("")).toEqual(rows.map(({ name }) => name));
});

it("turns at each click: numbers begin with the largest, names with A", () => {
  expect(turnSort("cost", null, true)).toBe("-cost");
  expect(turnSort("cost", parseSort("-cost"), true)).toBe("cost");
  expect(turnSort("name", parseSort("-cost"), false)).toBe("name");
  expect(turnSort("name", parseSort("name"), false)).toBe("-name");
  expect([ariaSort("cost", parseSort("-cost")), ariaSort("name", parseSort("-cost"))]).toEqual(["descending", "none"]);
});
