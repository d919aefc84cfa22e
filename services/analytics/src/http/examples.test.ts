import { describe, expect, it } from "vitest";
import { examples } from "./examples.js";
import { type SchemaName, schemas } from "./schemas.js";

describe("examples", () => {
  it.each(Object.keys(schemas) as SchemaName[])("has one of %s that is what its schema says", (name) => {
    const result = schemas[name].safeParse(examples[name]);
    expect(result.error?.issues).toBeUndefined();
  });
});
