/**
 * Tells an outage (the database is away, full, starting, or gave up on time) from a bug, by the marks that pg, Prisma and
 * Node leave on their errors. A leaf on purpose: it knows error shapes, no driver.
 */

// Connection exceptions, insufficient resources, operator intervention (57014 is a statement that took too long), and the
// dead-locks and serialization failures that a second try gets over.
const outageSqlStates = /^(08...|53...|57P0.|57014|55P03|40001|40P01|25P03)$/;
const outageNodeCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EPIPE",
  "ENOENT",
]);
// P1001, P1002: unreachable; P1008: timed out; P1017: closed the connection; P2024: no free connection; P2028: transaction expired.
const outagePrismaCodes = new Set(["P1001", "P1002", "P1008", "P1017", "P2024", "P2028"]);
const outageKinds = new Set(["DatabaseNotReachable", "SocketTimeout", "ConnectionClosed", "TooManyConnections"]);
// What pg says without a code.
const outageTexts =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Cannot use a pool after calling end)/;

const maxCauses = 5;

/** True when the same request may well succeed later, because the database could not serve it now. */
export function isDatabaseOutage(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < maxCauses && isObject(current); depth += 1) {
    if (isOutageMark(current)) return true;
    current = current["cause"] ?? adapterErrorOf(current);
  }
  return false;
}

/** Prisma keeps what the database said under `meta`; its own code (P2039, P2010, P2034) tells an outage from nothing. */
function adapterErrorOf(error: Record<string, unknown>): unknown {
  return isObject(error["meta"]) ? error["meta"]["driverAdapterError"] : undefined;
}

function isOutageMark(error: Record<string, unknown>): boolean {
  const { code, name, kind, message, originalCode } = error;
  if (name === "DatabaseUnavailableError") return true;
  if (typeof kind === "string" && outageKinds.has(kind)) return true;
  if (typeof originalCode === "string" && outageSqlStates.test(originalCode)) return true;
  if (typeof code === "string") {
    // ENOENT is an outage only of a socket: a missing file is a bug.
    if (code === "ENOENT") return error["syscall"] === "connect";
    if (outageNodeCodes.has(code) || outagePrismaCodes.has(code) || outageSqlStates.test(code)) return true;
  }
  if (Array.isArray(error["errors"]) && error["errors"].some(isDatabaseOutage)) return true;
  return typeof message === "string" && outageTexts.test(message);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
