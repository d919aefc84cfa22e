import { type ProblemCode, problems } from "@mobigen/analytics-contract";
import { z } from "zod";
import { examples, pathExamples } from "./examples.js";
import type { Guard, Operation } from "./operation.js";
import { operations } from "./operations.js";
import { type SchemaName, schemas } from "./schemas.js";

type Json = { [name: string]: unknown };

/** The API as OpenAPI 3.1, made from the schemas that parse the requests. */
export function describeApi(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Mobigen Analytics",
      version,
      description: "Usage, cost and events of the Mobigen platform, and events of the mobile apps that it generates.",
      license: { name: "MIT", identifier: "MIT" },
    },
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "A service token (mgt_…) or the admin token" },
        key: { type: "apiKey", in: "header", name: "X-API-Key", description: "A project's key (mgk_…)" },
      },
      schemas: describeSchemas(),
    },
  };
}

function describe(operation: Operation): Json {
  const { method, path, tag, summary, guard, body, query, headers = {} } = operation;
  return {
    operationId: operationIdOf(method, path),
    tags: [tag],
    summary,
    ...(guard === "public" ? { security: [] } : describeGuard(guard)),
    parameters: [...pathParameters(path), ...queryParameters(query), ...headerParameters(headers)],
    ...(body === undefined ? {} : { requestBody: { required: true, content: jsonOf(body) } }),
    responses: describeReplies(operation),
  };
}

function describeGuard(guard: Exclude<Guard, "public">): Json {
  if ("key" in guard && "token" in guard) {
    return {
      security: [{ token: [] }, { key: [] }],
      description: `Needs a token with the scope \`${guard.token}\`, or a key of the project with the scope \`${guard.key}\`.`,
    };
  }
  if ("key" in guard) return { security: [{ key: [] }], description: `Needs a key with the scope \`${guard.key}\`.` };
  return { security: [{ token: [] }], description: `Needs a token with the scope \`${guard.token}\`.` };
}

function describeReplies(operation: Operation): Json {
  const replies: Json = {};
  for (const [status, reply] of Object.entries(operation.replies)) {
    replies[status] = {
      description: titles[Number(status)] ?? "Done",
      ...(reply === null ? {} : { content: "mediaType" in reply ? { [reply.mediaType]: {} } : jsonOf(reply) }),
    };
  }
  const refusals = problemsOf(operation);
  for (const status of new Set(refusals.map((code) => problems[code].status))) {
    const codes = refusals.filter((code) => problems[code].status === status);
    replies[status] ??= {
      description: codes.map((code) => `\`${code}\`: ${problems[code].title}`).join(". "),
      content: { "application/problem+json": { schema: refTo("Problem"), example: problemExample(codes) } },
    };
  }
  return replies;
}

const titles: Record<number, string> = {
  200: "Done",
  201: "Created",
  204: "Done, nothing to say",
  302: "Somewhere else",
  503: "Not now",
};

function problemsOf({ guard, body, problems: own = [] }: Operation): ProblemCode[] {
  const ofGuard: ProblemCode[] =
    guard === "public" ? [] : ["unauthenticated", "forbidden", "store_unavailable", "stopping"];
  const ofBody: ProblemCode[] =
    body === undefined
      ? []
      : [
          "invalid_json",
          "invalid_body",
          "body_incomplete",
          "request_timeout",
          "body_too_large",
          "unsupported_media_type",
          "unsupported_encoding",
        ];
  return [...ofBody, ...ofGuard, ...own, "internal"];
}

function problemExample([code]: readonly ProblemCode[]): unknown {
  if (code === undefined || code === "invalid_body") return examples.Problem;
  const { status, title } = problems[code];
  return {
    type: "about:blank",
    title,
    status,
    code,
    detail: `${title}.`,
    requestId: "8b1f3d6c-52a4-4f0e-9a57-0c9d1c1f7f10",
  };
}

function jsonOf(names: readonly SchemaName[]): Json {
  const [only] = names;
  if (names.length === 1 && only !== undefined) {
    return { "application/json": { schema: refTo(only), example: examples[only] } };
  }
  const each = names.map((name) => [name, { value: examples[name] }]);
  return { "application/json": { schema: { anyOf: names.map(refTo) }, examples: Object.fromEntries(each) } };
}

function refTo(name: SchemaName): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string", minLength: 1, maxLength: 200 },
    ...(name !== undefined && name in pathExamples ? { example: pathExamples[name] } : {}),
  }));
}

function queryParameters(query: z.ZodObject | undefined): Json[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = toJsonSchema(query, "input");
  return Object.entries(properties as Record<string, Json>).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: (required as string[]).includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function headerParameters(headers: NonNullable<Operation["headers"]>): Json[] {
  return Object.entries(headers).map(([name, header]) => ({
    name,
    in: "header",
    ...header,
    schema: { type: "string" },
  }));
}

function describeSchemas(): Json {
  const bodies = new Set(operations.flatMap(({ body }) => body ?? []));
  const all: Json = {};
  for (const [name, schema] of Object.entries(schemas)) {
    const json = toJsonSchema(schema, bodies.has(name as SchemaName) ? "input" : "output");
    // A schema's own definitions are found from the document's root only under its components.
    const { $defs, ...rest } = moveRefs(json, name) as Json;
    all[name] = rest;
    for (const [def, definition] of Object.entries(($defs ?? {}) as Json)) all[defName(name, def)] = definition;
  }
  return all;
}

function toJsonSchema(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: "any", target: "draft-2020-12" });
  return json;
}

function moveRefs(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => moveRefs(item, name));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key !== "$ref" || typeof item !== "string") return [key, moveRefs(item, name)];
      return [key, item.replace(/^#\/\$defs\/(.+)$/, (_, def) => `#/components/schemas/${defName(name, def)}`)];
    }),
  );
}

function defName(name: string, def: string): string {
  return `${name}.${def.replace(/^__/, "")}`;
}

function operationIdOf(method: string, path: string): string {
  const words = path.split("/").filter((word) => word !== "" && !word.startsWith(":"));
  const parameters = [...path.matchAll(/:(\w+)/g)].map(([, name]) => `By${capital(name ?? "")}`);
  return [method.toLowerCase(), ...words.flatMap((word) => word.split(/\W/)).map(capital), ...parameters].join("");
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
