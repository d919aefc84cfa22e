// What `npm start` and `npm test` do first on a bare checkout: packages, Prisma Client, build. Node 20's own modules only, because
// nothing is installed yet when it runs. A stamp beside each result tells when its inputs are unchanged, so that it is skipped.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const pnpmVersion = "10.34.9";
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const service = path.join(root, "services/analytics");
// One helper thread for garbage collection: see "Memory and pauses" of docs/operations.md.
const nodeOptions = ["--v8-pool-size=1"];
const generated = path.join(service, "src/stores/postgres/generated");

class StepError extends Error {}

const commands = {
  start: async (args) => {
    install();
    build();
    return runLive(process.execPath, [...nodeOptions, path.join(service, "dist/cli.js"), "start", ...args]);
  },
  cli: async (args) => {
    install();
    build();
    return runLive(process.execPath, [path.join(service, "dist/cli.js"), ...args]);
  },
  dev: async (args) => {
    install();
    build();
    return runLive(bin("tsx"), [
      "watch",
      "--clear-screen=false",
      "--conditions=source",
      path.join(service, "src/index.ts"),
      ...args,
    ]);
  },
  bench: async (args) => {
    install();
    build();
    return runLive(bin("tsx"), [path.join(service, "bench/index.ts"), ...args]);
  },
  build: async () => {
    install();
    build();
    return 0;
  },
  generate: async () => {
    generate();
    return 0;
  },
  check: async () => {
    const tally = await runStages(staticStages);
    console.log(tallyLine(tally));
    return tally.failed === 0 ? 0 : 1;
  },
  test: async (filters) => {
    const tally = await runStages(staticStages);
    if (tally.usable)
      for (const project of ["unit", "integration", "browser"]) await runVitest(project, filters, tally);
    if (tally.tests === 0) tally.failed += 1;
    console.log(tallyLine(tally));
    return tally.failed === 0 ? 0 : 1;
  },
};

/** The checks that run no test, in order. A later one goes on after an earlier one failed, unless that one is `needed`. */
const staticStages = [
  { name: "install", needed: true, run: install },
  { name: "format and lint", run: () => runQuiet(bin("biome"), ["ci", "--colors=off", "."]) },
  // The arrows are followed into the generated database client, so it has to be there.
  { name: "build", run: build },
  {
    name: "arrows",
    run: () => runQuiet(bin("depcruise"), ["--config", ".dependency-cruiser.cjs", ...sourceFolders()]),
  },
  { name: "types of tests", run: checkTypes },
  { name: "unused code", run: () => runQuiet(bin("knip"), ["--no-progress"]) },
];

async function main() {
  const [command = "", ...args] = process.argv.slice(2);
  requireNode();
  if (!Object.hasOwn(commands, command)) fail(`Commands: ${Object.keys(commands).join(", ")}.`);
  // `pnpm run x -- --flag` hands over the dashes, `npm run x -- --flag` does not.
  if (args[0] === "--") args.shift();
  if (command !== "generate") process.chdir(root);
  try {
    process.exitCode = await commands[command](args);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    fail(error.message);
  }
}

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    fail(`Mobigen Analytics needs Node.js 20.19 or later; this is ${process.versions.node}.`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

// Installing and building

function install() {
  const manifests = [root, ...workspaceFolders()].map((folder) => path.join(folder, "package.json"));
  const inputs = [...manifests, path.join(root, "pnpm-lock.yaml"), path.join(root, "pnpm-workspace.yaml")];
  const stamp = path.join(root, "node_modules/.setup-installed");
  const platform = `${process.platform} ${process.arch} ${process.versions.modules}`;
  once(stamp, hashContents(inputs, platform), "Installing packages…", () => {
    const [file, ...args] = pnpm();
    // With CI set, pnpm asks nothing and may replace a node_modules that another package manager made.
    runQuiet(file, [...args, "install", "--frozen-lockfile"], { CI: "true" });
  });
}

/** pnpm 10 of the machine, or through npx the one this project is tested with. Corepack is on its way out of Node. */
function pnpm() {
  const found = spawnSync("pnpm", ["--version"], { encoding: "utf8", cwd: os.tmpdir() });
  return found.status === 0 && found.stdout.startsWith("10.") ? ["pnpm"] : ["npx", "--yes", `pnpm@${pnpmVersion}`];
}

function generate() {
  const inputs = ["prisma/schema.prisma", "prisma.config.ts", "package.json"].map((name) => path.join(service, name));
  once(path.join(generated, ".setup-generated"), hashContents(inputs), undefined, () => {
    runQuiet(bin("prisma"), ["generate"], { PRISMA_HIDE_UPDATE_MESSAGE: "1", CHECKPOINT_DISABLE: "1" }, service);
  });
}

function build() {
  const stamp = path.join(service, "dist/.setup-built");
  once(stamp, hashStats(["packages", "services"]), "Building…", () => {
    generate();
    runQuiet(bin("tsc"), ["-b"]);
  });
  for (const app of subfolders("apps")) {
    once(
      path.join(app, "dist/.setup-built"),
      hashStats(["packages", path.relative(root, app)]),
      "Building pages…",
      () => buildApp(app),
    );
  }
}

function buildApp(app) {
  const { scripts } = JSON.parse(readFileSync(path.join(app, "package.json"), "utf8"));
  if (scripts?.build !== undefined) runQuiet("npm", ["run", "--silent", "build"], {}, app);
}

function checkTypes() {
  for (const folder of workspaceFolders()) {
    const project = path.join(folder, "tsconfig.check.json");
    if (existsSync(project)) runQuiet(bin("tsc"), ["-p", project]);
  }
}

function once(stamp, key, progress, step) {
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === key) return;
  if (progress !== undefined) console.error(progress);
  rmSync(stamp, { force: true });
  step();
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, key);
}

function workspaceFolders() {
  return ["packages", "services", "apps"].flatMap(subfolders);
}

function sourceFolders() {
  return ["packages", "services", "apps"].filter((name) => existsSync(path.join(root, name)));
}

function subfolders(parent) {
  const folder = path.join(root, parent);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => path.join(folder, name))
    .filter((member) => existsSync(path.join(member, "package.json")));
}

function hashContents(files, extra = "") {
  const hash = createHash("sha256").update(extra);
  for (const file of files) hash.update(file).update(existsSync(file) ? readFileSync(file) : "");
  return hash.digest("hex");
}

/** Names, sizes and times of every source file: reads no contents, so that it takes milliseconds. */
function hashStats(folders) {
  const skipped = new Set(["node_modules", "dist", "generated", "coverage", "test", "bench", ".data"]);
  const hash = createHash("sha256");
  const visit = (file) => {
    const stats = statSync(file);
    if (!stats.isDirectory()) {
      if (!/\.(test\.tsx?|md|tsbuildinfo)$/.test(file)) hash.update(`${file} ${stats.size} ${stats.mtimeMs}\n`);
      return;
    }
    for (const name of readdirSync(file).sort()) if (!skipped.has(name)) visit(path.join(file, name));
  };
  for (const name of ["pnpm-lock.yaml", "tsconfig.base.json", "tsconfig.json"]) visit(path.join(root, name));
  for (const folder of folders) visit(path.join(root, folder));
  return hash.digest("hex");
}

// Running other programs

function bin(name) {
  const inService = path.join(service, "node_modules/.bin", name);
  return existsSync(inService) ? inService : path.join(root, "node_modules/.bin", name);
}

/** Shows the output only of a program that fails. */
function runQuiet(file, args, env = {}, cwd = root) {
  const result = spawnSync(file, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.status === 0) return;
  const output = `${result.stdout ?? ""}${result.stderr ?? ""}`.trim();
  const reason = result.error?.message ?? (result.signal === null ? `exit code ${result.status}` : result.signal);
  throw new StepError(`${output}\n${path.basename(file)} ${args.join(" ")}: ${reason}`.trim());
}

const parentPollMs = 500;

/**
 * Runs a program in the terminal and waits for it, whatever signal comes. Ctrl-C reaches it from the terminal, for it is in the same
 * process group; a SIGTERM or SIGHUP often reaches this process alone and is handed on, once. Killing npm ends it too. (The scripts
 * of package.json say `exec`: otherwise a shell between npm and this process dies of the signal that npm hands on.)
 */
function runLive(file, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: "inherit" });
    let handedOn = false;
    const handOn = (signal) => {
      if (!handedOn) child.kill(signal);
      handedOn = true;
    };
    process.on("SIGINT", () => undefined);
    for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, handOn);
    const parent = process.ppid;
    const watch = setInterval(() => process.ppid !== parent && handOn("SIGTERM"), parentPollMs);
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      clearInterval(watch);
      resolve(code ?? 128 + (os.constants.signals[signal] ?? 0));
    });
  });
}

// Tests

async function runStages(stages) {
  const tally = { passed: 0, failed: 0, skipped: 0, tests: 0, usable: true };
  for (const { name, needed, run } of stages) {
    const started = performance.now();
    try {
      run();
      tally.passed += 1;
      report(name, "ok", started);
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      tally.failed += 1;
      report(name, "FAILED", started);
      console.log(error.message);
      if (needed) return { ...tally, usable: false };
    }
  }
  return tally;
}

async function runVitest(project, filters, tally) {
  const started = performance.now();
  const results = path.join(root, `node_modules/.setup-${project}.json`);
  rmSync(results, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
  const args = ["run", "--root", service, "--project", project, "--passWithNoTests", ...reporters, ...filters];
  try {
    generate();
  } catch (error) {
    console.log(error.message);
  }
  const code = await runLive(bin("vitest"), args);
  const found = readResults(results);
  const failedOutsideTests = found.failed === 0 && code !== 0 ? 1 : 0;
  tally.passed += found.passed;
  tally.failed += found.failed + failedOutsideTests;
  tally.skipped += found.skipped;
  tally.tests += found.passed + found.failed;
  report(`${project} tests`, code === 0 ? "ok" : "FAILED", started);
}

/** A file that breaks before its first test counts as one failed test. */
function readResults(file) {
  if (!existsSync(file)) return { passed: 0, failed: 0, skipped: 0 };
  const json = JSON.parse(readFileSync(file, "utf8"));
  const broken = json.testResults.filter(
    (suite) => suite.status === "failed" && suite.assertionResults.length === 0,
  ).length;
  return {
    passed: json.numPassedTests,
    failed: json.numFailedTests + broken,
    skipped: json.numPendingTests + json.numTodoTests,
  };
}

function report(name, verdict, started) {
  console.log(`${verdict.padEnd(6)} ${name} (${((performance.now() - started) / 1_000).toFixed(1)} s)`);
}

function tallyLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

await main();
