import type { Request } from "express";

/** `Cache-Control: no-cache` asks for numbers of now instead of those that are kept (RFC 9111, 5.2.1.4). */
export function refusesCached(req: Request): boolean {
  return (req.get("cache-control") ?? "")
    .toLowerCase()
    .split(",")
    .map((part) => part.trim())
    .includes("no-cache");
}
