import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import express from "express";
import { expect, it } from "vitest";
import { createExpressMessages } from "./express-messages.js";

it("makes messages that Express need not change: they have the app's prototypes, with its methods and Node's", () => {
  const app = express();
  const messages = createExpressMessages(app);
  const req = new messages.IncomingMessage(new Socket());
  const res = new messages.ServerResponse(req);
  expect(Object.getPrototypeOf(req)).toBe(app.request);
  expect(Object.getPrototypeOf(res)).toBe(app.response);
  expect(req).toBeInstanceOf(IncomingMessage);
  expect(res).toBeInstanceOf(ServerResponse);
  expect(app.request.app).toBe(app);
  expect([typeof app.request.get, typeof app.response.json]).toEqual(["function", "function"]);
});
