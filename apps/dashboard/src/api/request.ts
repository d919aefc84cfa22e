import type { Problem } from "@mobigen/analytics-contract";
import { ApiProblem, Unreachable } from "./problem";

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export type RequestOptions = {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** Without what is undefined or empty. */
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  signal?: AbortSignal;
};

/**
 * Asks the service and gives its JSON; undefined for a reply without a body. The type is the contract's word for it.
 * @throws ApiProblem for a refusal, Unreachable without an answer
 */
export async function request<Reply>(path: string, options: RequestOptions = {}): Promise<Reply> {
  const { method = "GET", query = {}, body, signal } = options;
  const response = await send(urlOf(path, query), {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.status === 204) return undefined as Reply;
  const reply = await readJson(response);
  if (response.ok) return reply as Reply;
  throw isProblem(reply) ? new ApiProblem(reply) : new Unreachable(`status ${response.status}`);
}

/**
 * What a reply's head would say.
 * @throws Unreachable without an answer, or for a refusal, which has no words here
 */
export async function requestHead(path: string, query: Query, signal: AbortSignal): Promise<Headers> {
  const response = await send(urlOf(path, query), { method: "HEAD", signal });
  if (!response.ok) throw new Unreachable(`status ${response.status}`);
  return response.headers;
}

/** `/costs/user/:userId` with its ids encoded. */
export function pathOf(pattern: string, ids: Readonly<Record<string, string>>): string {
  return pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(ids[name] ?? ""));
}

export function urlOf(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new Unreachable(error);
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    throw new Unreachable(error);
  }
}

function isProblem(reply: unknown): reply is Problem {
  return typeof reply === "object" && reply !== null && "code" in reply && "detail" in reply;
}
