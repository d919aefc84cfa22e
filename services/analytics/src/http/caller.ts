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

/** The project of the key, where a guard got as far as that before the request was refused. */
export function knownKeyProjectOf(res: Response): KeyProject | null {
  const caller = callers.get(res);
  return caller?.kind === "key" ? caller.project : null;
}

const projects = new WeakMap<Response, KeyProject>();

export function setProject(res: Response, project: KeyProject): void {
  projects.set(res, project);
}

/** The project that the path names, of which requireProjectReader found that the caller may read it. */
export function projectOf(res: Response): KeyProject {
  const project = projects.get(res);
  if (project === undefined) throw new Error("this route is not guarded by requireProjectReader");
  return project;
}

/** The caller as the audit log names it. */
export function actorOf(res: Response): string {
  const caller = callerOf(res);
  return caller.kind === "token" ? `token:${caller.id} ${caller.name}` : `key:${caller.id}`;
}
