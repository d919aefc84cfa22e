import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import S3rver from "s3rver";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkFiles } from "../../src/archive/check-files.js";
import { createS3Files } from "../../src/stores/s3/archive-files.js";
import { type ArchiveWorld, createArchiveWorld } from "../support/archive-world.js";

// What the server takes for the only account; it checks signatures.
const credentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };

let world: ArchiveWorld;
let folder: string;
let server: S3rver;
let endpoint: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "s3-test-"));
  server = new S3rver({
    ...{ port: 0, address: "127.0.0.1", silent: true, directory: folder, resetOnClose: true },
    configureBuckets: [{ name: "attic", configs: [] }],
  });
  const { port } = (await server.run()) as AddressInfo;
  endpoint = `http://127.0.0.1:${port}`;
  world = await createArchiveWorld();
  await world.fill();
});

afterAll(async () => {
  await world.stop();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

function s3Files(more: Partial<Parameters<typeof createS3Files>[0]> = {}) {
  return createS3Files({ bucket: "attic", prefix: "old/", region: "us-east-1", endpoint, credentials, ...more });
}

describe("a bucket of an S3-compatible store", () => {
  it("takes the files, gives them back as they were, and its rows come home", async () => {
    const rows = await world.rows();
    const files = s3Files();
    expect(await world.archiver({ files }).run()).toMatchObject({ files: 5, rows: 83 });
    expect(await checkFiles({ store: world.store, files })).toMatchObject({ files: 5, faults: [] });
    const [first] = await world.store.list();
    if (first === undefined) throw new Error("there is no file");
    await files.remove(first.path);
    const { faults } = await checkFiles({ store: world.store, files });
    expect(faults.map(({ fault }) => fault)).toEqual(["is missing"]);
    expect((await world.restoreAll(files))?.map(({ kind }) => kind)).toEqual([
      "damaged",
      ...Array.from({ length: 4 }, () => "restored"),
    ]);
    expect((await world.rows()).calls).toEqual(rows.calls);
    await world.db.expectNoDifferences();
    files.close();
  });

  it("that is not there loses no row", async () => {
    world.clock.advance({ days: 30 });
    const rows = await world.rows();
    const files = s3Files({ bucket: "nowhere" });
    await expect(world.archiver({ files }).run()).rejects.toThrow(/bucket/i);
    expect(await world.rows()).toEqual(rows);
    await world.db.expectNoDifferences();
    files.close();
  });
});
