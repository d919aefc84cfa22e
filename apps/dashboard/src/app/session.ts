import type { SignedInCaller, TokenScope } from "@mobigen/analytics-contract";
import { useRouteContext } from "@tanstack/react-router";

/** Who is signed in. Only for pages behind the sign-in, whose route found it out. */
export function useCaller(): SignedInCaller {
  return useRouteContext({ from: "/shell", select: ({ caller }) => caller });
}

export function mayDo(caller: SignedInCaller, scope: TokenScope): boolean {
  return caller.scopes.includes(scope) || caller.scopes.includes("admin");
}
