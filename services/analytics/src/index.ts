import { startService } from "./cli/start.js";

await startService();
