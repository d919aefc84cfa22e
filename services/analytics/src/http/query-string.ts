import { invalidQuery } from "../errors.js";
import { shownKey } from "../json-pointer.js";

export type QueryParameters = Record<string, string | string[]>;

/**
 * The parameters of a query, a list where a name is repeated. Its length is bounded by that of the headers. Takes only valid
 * percent-encoding: a lenient parser turns `%FF` into a replacement character, and so one id into another.
 * @throws ApiError invalid_query
 */
export function parseQueryString(query: string | null | undefined): QueryParameters {
  const parameters: QueryParameters = Object.create(null);
  for (const pair of (query ?? "").split("&")) {
    if (pair === "") continue;
    const [name, value] = decodePair(pair);
    const before = parameters[name];
    if (before === undefined) parameters[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else parameters[name] = [before, value];
  }
  return parameters;
}

function decodePair(pair: string): [name: string, value: string] {
  const end = pair.includes("=") ? pair.indexOf("=") : pair.length;
  const name = pair.slice(0, end);
  try {
    return [decode(name), decode(pair.slice(end + 1))];
  } catch {
    // decodeURIComponent throws for nothing else.
    throw invalidQuery(shownKey(name), "is not validly percent-encoded");
  }
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}
