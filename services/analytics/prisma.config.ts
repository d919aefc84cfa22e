import { fileURLToPath } from "node:url";
import { defineConfig, env } from "prisma/config";

// `prisma generate` never runs the schema engine, yet refuses to start without one and would download it. Naming a file that
// exists satisfies it, so that a checkout builds without reaching anything but the package registry.
if (process.argv.includes("generate")) {
  process.env["PRISMA_SCHEMA_ENGINE_BINARY"] ??= fileURLToPath(import.meta.url);
}

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  ...(process.env["DATABASE_URL"] === undefined ? {} : { datasource: { url: env("DATABASE_URL") } }),
});
