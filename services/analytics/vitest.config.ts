import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Tests read the contract from its source, so that they need no build.
const contract = fileURLToPath(new URL("../../packages/contract/src/index.ts", import.meta.url));
const alias = { "@mobigen/analytics-contract": contract };

export default defineConfig({
  resolve: { alias },
  test: {
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/**/*.test.ts", "src/stores/postgres/generated/**"],
      reporter: ["text-summary", "html", "json-summary"],
    },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          // No module of ours keeps state, so that a worker need not load them all again for each file.
          isolate: false,
          testTimeout: 30_000,
          include: ["src/**/*.test.ts", "../../packages/*/src/**/*.test.ts", "../../apps/*/src/**/*.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["test/**/*.test.ts"],
          exclude: ["test/browser/**"],
          globalSetup: ["test/support/global-setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Much of a test is waiting, for PostgreSQL or a timeout: so more of them run than there are cores in the smallest machine.
          maxWorkers: 3,
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: ["test/browser/*.test.ts"],
          globalSetup: ["test/support/global-setup.ts"],
          // A browser and its service wait for each other.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
