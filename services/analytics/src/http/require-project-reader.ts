import type { Request, RequestHandler } from "express";
import { ApiError, notFound } from "../errors.js";
import type { Caller, KeyProject } from "../types.js";
import { setCaller, setProject } from "./caller.js";
import { parseId } from "./parse.js";
import { identifyKey, type VerifyKey } from "./require-key.js";
import { identifyReader, type TokenGuardOptions } from "./require-token.js";

export type ProjectReaderOptions = TokenGuardOptions & {
  verifyKey: VerifyKey;
  /** A project by its id, deleted ones too; null where there is none. */
  findProject: (id: string) => Promise<KeyProject | null>;
};

/**
 * Makes the guard of what a project's owner may read, on routes with `:projectId`: a token with `platform:read`, or a key with the
 * scope `read` of that very project, or the dashboard's cookie that stands for either. Where a request brings both, the token counts. The handler finds the project with `projectOf`.
 * Refuses with 401, 403 (`wrong_project` for another project's key), 400 for an id that no id can be, and 404.
 */
export function createProjectReaderGuard(options: ProjectReaderOptions): RequestHandler {
  return async (req, res, next) => {
    const hasKeyOnly = req.get("authorization") === undefined && req.get("x-api-key") !== undefined;
    const caller: Caller = hasKeyOnly
      ? await identifyKey(req, options.verifyKey)
      : await identifyReader(
          req,
          options,
          "Send a service token (Authorization: Bearer mgt_…) or the project's key (X-API-Key: mgk_…).",
        );
    setCaller(res, caller);
    setProject(res, await openProject(req, caller));
    next();
  };

  async function openProject(req: Request, caller: Caller): Promise<KeyProject> {
    requireReadScope(caller);
    const id = parseId(req.params["projectId"], "projectId");
    if (caller.kind === "key") {
      if (caller.project.id === id) return caller.project;
      throw new ApiError("wrong_project", "This key belongs to another project.");
    }
    const project = await options.findProject(id);
    if (project === null) throw notFound("project", id);
    return project;
  }
}

function requireReadScope(caller: Caller): void {
  if (caller.kind === "key") {
    if (caller.scopes.includes("read")) return;
    throw new ApiError("forbidden", 'This needs a key with the scope "read".');
  }
  if (caller.scopes.includes("platform:read") || caller.scopes.includes("admin")) return;
  throw new ApiError("forbidden", 'This needs a token with the scope "platform:read".');
}
