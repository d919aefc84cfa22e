import path from "node:path";
import { fileURLToPath } from "node:url";

/** Where archive files are kept. */
export type ArchivePlace =
  | { kind: "disk"; directory: string }
  | {
      kind: "s3";
      bucket: string;
      /** '' or with a slash at its end. */
      prefix: string;
      region: string;
      /** Null: Amazon's own. */
      endpoint: string | null;
      /** Null: where Amazon's SDK finds them by itself. */
      credentials: { accessKeyId: string; secretAccessKey: string } | null;
    };

export type ArchivePlaceResult = { kind: "ok"; place: ArchivePlace } | { kind: "bad"; reason: string };

const defaultRegion = "us-east-1";

/**
 * Reads `file:folder` (from `base`), `file:///folder`, or `s3://[key:secret@]bucket[/prefix][?region=…&endpoint=https://…]`. Reasons
 * repeat nothing of the text: it may hold a secret.
 */
export function readArchivePlace(text: string, base: string): ArchivePlaceResult {
  if (/^file:\/\//i.test(text)) return readFileUrl(text);
  if (/^file:./i.test(text))
    return { kind: "ok", place: { kind: "disk", directory: path.resolve(base, text.slice(5)) } };
  if (/^s3:\/\//i.test(text) && URL.canParse(text)) return readS3Url(new URL(text));
  return { kind: "bad", reason: "must start with file: or s3://" };
}

function readFileUrl(text: string): ArchivePlaceResult {
  try {
    return { kind: "ok", place: { kind: "disk", directory: fileURLToPath(text) } };
  } catch {
    // Another machine's, or with a slash written as %2F.
    return { kind: "bad", reason: "must be file: and a folder of this machine" };
  }
}

function readS3Url(url: URL): ArchivePlaceResult {
  if (url.hostname === "") return { kind: "bad", reason: "must name a bucket: s3://bucket/prefix" };
  const unknown = [...url.searchParams.keys()].find((name) => name !== "region" && name !== "endpoint");
  if (unknown !== undefined) return { kind: "bad", reason: "may have the parameters region and endpoint only" };
  const endpoint = url.searchParams.get("endpoint");
  if (endpoint !== null && !(URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol))) {
    return { kind: "bad", reason: "must have an endpoint that starts with https:// or http://" };
  }
  if ((url.username === "") !== (url.password === "")) {
    return { kind: "bad", reason: "must have both of a key and its secret, or neither" };
  }
  const prefix = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, "");
  const credentials =
    url.username === ""
      ? null
      : { accessKeyId: decodeURIComponent(url.username), secretAccessKey: decodeURIComponent(url.password) };
  const region = url.searchParams.get("region") ?? defaultRegion;
  const place = { bucket: url.hostname, prefix: prefix === "" ? "" : `${prefix}/`, region, endpoint, credentials };
  return { kind: "ok", place: { kind: "s3", ...place } };
}
