import { startEmbeddedPostgres } from "../../src/stores/postgres/embedded.js";
import { silentLogger } from "./silent-logger.js";

// A service stripped to its embedded database, for tests that kill it: prints the url or the refusal, and waits.
const dataDir = process.argv[2] ?? "";
try {
  const { url, stop } = await startEmbeddedPostgres({ dataDir, logger: silentLogger });
  // Before the url is printed: a test may end this process as soon as it has read it.
  process.on("SIGTERM", () => void stop().then(() => process.exit(0)));
  console.log(JSON.stringify({ url }));
  setInterval(() => undefined, 60_000);
} catch (error) {
  console.log(JSON.stringify({ refusal: (error as Error).message }));
  process.exit(1);
}
