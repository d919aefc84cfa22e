import { budgetCheckSchema, budgetPatchSchema, newBudgetSchema, pageQuerySchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import type { Budgets } from "../budgets/budgets.js";
import type { BudgetGate } from "../budgets/gate.js";
import { actorOf } from "../http/caller.js";
import { noQuerySchema, parseBody, parseId, parseQuery } from "../http/parse.js";

export type BudgetRoutes = ReturnType<typeof createBudgetRoutes>;

export function createBudgetRoutes(budgets: Budgets, gate: BudgetGate) {
  const create: RequestHandler = async (req, res) => {
    const budget = await budgets.create(parseBody(newBudgetSchema, req.body), actorOf(res));
    res.status(201).location(`/budgets/${budget.id}`).setHeader("Cache-Control", "no-store").json(budget);
  };
  const list: RequestHandler = async (req, res) => {
    res.json(await budgets.list(parseQuery(pageQuerySchema, req.query)));
  };
  const find: RequestHandler = async (req, res) => {
    parseQuery(noQuerySchema, req.query);
    res.json(await budgets.find(parseId(req.params["budgetId"], "budgetId")));
  };
  const update: RequestHandler = async (req, res) => {
    const id = parseId(req.params["budgetId"], "budgetId");
    const budget = await budgets.update(id, parseBody(budgetPatchSchema, req.body), actorOf(res));
    res.setHeader("Cache-Control", "no-store").json(budget);
  };
  const remove: RequestHandler = async (req, res) => {
    await budgets.remove(parseId(req.params["budgetId"], "budgetId"), actorOf(res));
    res.status(204).end();
  };
  /** 200 for a denial, too: it is an answer. */
  const check: RequestHandler = async (req, res) => {
    res.json(await gate.check(parseBody(budgetCheckSchema, req.body)));
  };
  const release: RequestHandler = async (req, res) => {
    await gate.release(parseId(req.params["reservationId"], "reservationId"));
    res.status(204).end();
  };
  return { create, list, find, update, remove, check, release };
}
