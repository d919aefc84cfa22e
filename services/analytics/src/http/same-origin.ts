import type { Request } from "express";
import { ApiError } from "../errors.js";

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Lets a write that brings a cookie pass only when a page of ours sent it. Browsers say so in Sec-Fetch-Site; those that don't, in
 * Origin, whose host is then the one that was asked. @throws ApiError forbidden
 */
export function requireSameOrigin(req: Request): void {
  if (safeMethods.has(req.method) || originOf(req) === "same") return;
  throw new ApiError("forbidden", "A change with a session must come from a page of this service.");
}

/** Refuses a write that a page of another place sent; one that names no page (curl) passes. @throws ApiError forbidden */
export function refuseOtherOrigins(req: Request): void {
  if (safeMethods.has(req.method) || originOf(req) !== "other") return;
  throw new ApiError("forbidden", "A page of another place must not change anything here.");
}

function originOf(req: Request): "same" | "other" | "unknown" {
  const site = req.get("sec-fetch-site");
  if (site !== undefined) return site === "same-origin" || site === "none" ? "same" : "other";
  const origin = req.get("origin");
  if (origin === undefined) return "unknown";
  return URL.canParse(origin) && new URL(origin).host === req.get("host") ? "same" : "other";
}
