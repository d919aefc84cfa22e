import { newProjectSchema, pageQuerySchema, projectPatchSchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import type { Projects } from "../access/projects.js";
import { actorOf } from "../http/caller.js";
import { noQuerySchema, parseBody, parseId, parseQuery } from "../http/parse.js";

export function createProjectRoutes(projects: Projects) {
  const create: RequestHandler = async (req, res) => {
    const project = await projects.create(parseBody(newProjectSchema, req.body), actorOf(res));
    res
      .status(201)
      .location(`/api/projects/${encodeURIComponent(project.id)}`)
      .json(project);
  };
  const list: RequestHandler = async (req, res) => {
    res.json(await projects.list(parseQuery(pageQuerySchema, req.query)));
  };
  const find: RequestHandler = async (req, res) => {
    parseQuery(noQuerySchema, req.query);
    res.json(await projects.find(parseId(req.params["projectId"], "projectId")));
  };
  const update: RequestHandler = async (req, res) => {
    const id = parseId(req.params["projectId"], "projectId");
    res.json(await projects.update(id, parseBody(projectPatchSchema, req.body), actorOf(res)));
  };
  return { create, list, find, update };
}
