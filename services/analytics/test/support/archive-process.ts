// Archives or restores in a process of its own, and stops for ever at a step: to be killed there.
import { createArchiver } from "../../src/archive/archiver.js";
import { restoreFiles } from "../../src/archive/restore.js";
import { createDiskFiles } from "../../src/stores/disk/archive-files.js";
import { createArchiveStore } from "../../src/stores/postgres/archive-store.js";
import { createPool } from "../../src/stores/postgres/client.js";
import { archiveRules } from "./archive-rules.js";
import { silentLogger } from "./silent-logger.js";

const [url = "", folder = "", now = "", work = "", stopAt = "", occasion = "1"] = process.argv.slice(2);
const pool = createPool({ url, max: 5, applicationName: "archive-process", logger: silentLogger });
const store = createArchiveStore(pool, archiveRules);
const files = createDiskFiles(folder);
const clock = () => new Date(now);
let left = Number(occasion);

async function onStep(step: string): Promise<void> {
  if (step !== stopAt) return;
  left -= 1;
  if (left > 0) return;
  process.stdout.write("here\n");
  await new Promise(() => setInterval(() => undefined, 1_000));
}

if (work === "archive") await createArchiver({ store, files, clock, onStep }).run();
else await restoreFiles({ store, files, clock, onStep }, await store.list({ state: ["archived"] }), 7);
process.stdout.write("done\n");
await pool.end();
