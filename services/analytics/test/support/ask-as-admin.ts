import type { BuiltService } from "./built-service.js";

/** The JSON of a reply; a body is POSTed. @throws Error with the reply where it is no success */
export async function askAsAdmin(
  { url, adminToken }: Pick<BuiltService, "url" | "adminToken">,
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(url + path, {
    headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
