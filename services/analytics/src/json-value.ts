import { pointerTo } from "./json-pointer.js";

export type JsonLimits = {
  /** Bound of the JSON text in UTF-8 bytes, without white space. */
  maxBytes: number;
  /** Bound of nesting; the object itself is level 1. */
  maxDepth: number;
};

export type JsonFault = {
  kind: "bad";
  problem: "not_object" | "too_deep" | "too_large" | "invalid";
  /** JSON pointer to the value at fault, "" for the object itself. */
  pointer: string;
  /** Public text, a clause without its subject: "must be …". */
  message: string;
};

export type CheckedJson = { kind: "ok" /** The text to store. */; json: string } | JsonFault;

/** Where the walk found a fault: path parts are put together only then, for nearly every value is fine. */
type Fault = { problem: JsonFault["problem"]; path: (string | number)[]; message: string };

/**
 * Holds a parsed JSON value against what can be stored and read back unchanged: an object within the limits, without NUL and
 * lone surrogates (PostgreSQL's jsonb takes neither), without a `__proto__` key (it would change the object that a reader
 * builds), and without whole numbers past ±(2^53 − 1), which have lost digits before they came here.
 */
export function checkJsonObject(value: unknown, limits: JsonLimits): CheckedJson {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { kind: "bad", problem: "not_object", pointer: "", message: "must be a JSON object" };
  }
  const fault = findFault(value, limits.maxDepth, false);
  if (fault !== null) return bad(fault);
  const json = JSON.stringify(value);
  // JSON.stringify writes \u escapes for lone surrogates and most control characters and for nothing else, so that a text
  // without one needs no second walk. (A backslash before a u looks the same: the walk then finds nothing.)
  if (json.includes("\\u")) {
    const badText = findFault(value, limits.maxDepth, true);
    if (badText !== null) return bad(badText);
  }
  if (exceedsBytes(json, limits.maxBytes)) {
    const message = `must have at most ${limits.maxBytes} bytes as JSON`;
    return { kind: "bad", problem: "too_large", pointer: "", message };
  }
  return { kind: "ok", json };
}

function findFault(value: unknown, depthLeft: number, texts: boolean): Fault | null {
  switch (typeof value) {
    case "string":
      return texts ? textFault(value) : null;
    case "number":
      return numberFault(value);
    case "boolean":
      return null;
    case "object":
      if (value === null) return null;
      if (depthLeft === 0) return { problem: "too_deep", path: [], message: "is nested too deeply" };
      return Array.isArray(value)
        ? findFaultInArray(value, depthLeft - 1, texts)
        : findFaultInObject(value, depthLeft - 1, texts);
    default:
      return { problem: "invalid", path: [], message: "must be a JSON value" };
  }
}

function findFaultInArray(array: unknown[], depthLeft: number, texts: boolean): Fault | null {
  for (let n = 0; n < array.length; n += 1) {
    const fault = findFault(array[n], depthLeft, texts);
    if (fault !== null) return within(n, fault);
  }
  return null;
}

function findFaultInObject(object: object, depthLeft: number, texts: boolean): Fault | null {
  for (const key in object) {
    if (key === "__proto__") return { problem: "invalid", path: [], message: "must not have a key __proto__" };
    const fault = (texts ? keyFault(key) : null) ?? findFault(object[key as keyof object], depthLeft, texts);
    if (fault !== null) return within(key, fault);
  }
  return null;
}

function numberFault(value: number): Fault | null {
  if (!Number.isInteger(value)) {
    return Number.isFinite(value) ? null : { problem: "invalid", path: [], message: "must be a finite number" };
  }
  if (Number.isSafeInteger(value)) return null;
  const message = "must not be a whole number past 9007199254740991: it has lost digits, send it as a string";
  return { problem: "invalid", path: [], message };
}

function keyFault(key: string): Fault | null {
  const fault = textFault(key);
  return fault === null ? null : { ...fault, message: "must have a key without NUL and lone surrogates" };
}

// An unpaired half of a surrogate pair: in unicode mode a pair is one character and does not match.
const loneSurrogate = /\p{Cs}/u;

function textFault(text: string): Fault | null {
  if (text.includes("\u0000")) return { problem: "invalid", path: [], message: "must not contain NUL" };
  if (loneSurrogate.test(text)) return { problem: "invalid", path: [], message: "must not contain a lone surrogate" };
  return null;
}

function within(part: string | number, fault: Fault): Fault {
  fault.path.unshift(part);
  return fault;
}

function bad(fault: Fault): JsonFault {
  return { kind: "bad", problem: fault.problem, pointer: pointerTo(fault.path), message: fault.message };
}

function exceedsBytes(text: string, maxBytes: number): boolean {
  // A UTF-16 unit is one to three bytes of UTF-8, so most texts need no count.
  if (text.length > maxBytes) return true;
  return text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes;
}
