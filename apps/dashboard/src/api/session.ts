import type { SignedIn, SignIn } from "@mobigen/analytics-contract";
import { queryOptions } from "@tanstack/react-query";
import { request } from "./request";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => request<SignedIn>("/session", { signal }),
  staleTime: 60_000,
});

export function signIn(body: SignIn): Promise<SignedIn> {
  return request("/session", { method: "POST", body });
}

export function signOut(): Promise<void> {
  return request("/session", { method: "DELETE" });
}
