import type { Response } from "express";
import type { Caller, KeyProject } from "../types.js";

// What the guards of a route learn is kept here, on the reply that it ends with.
const callers = new WeakMap<Response, Caller>();

export function setCaller(res: Response, caller: Caller): void {
  callers.set(res, caller);
}

/** Who calls. Throws plainly (a bug) on a route without a guard. */
export function callerOf(res: Response): Caller {
  const caller = callers.get(res);
  if (caller === undefined) throw new Error("this route has no guard that tells who calls");
  return caller;
}

/** The project of the key that the request came with. */
export function keyProjectOf(res: Response): KeyProject {
  const caller = callerOf(res);
  if (caller.kind !== "key") throw new Error("this route is not guarded by requireKey");
  return caller.project;
}

/** The caller as the audit log names it. */
export function actorOf(res: Response): string {
  const caller = callerOf(res);
  return caller.kind === "token" ? `token:${caller.id} ${caller.name}` : `key:${caller.id}`;
}
