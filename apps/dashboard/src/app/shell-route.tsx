import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, Outlet, redirect, retainSearchParams } from "@tanstack/react-router";
import { sessionQuery } from "../api/session";
import { Shell } from "../layout/shell";
import { completeWindow, deviceTimeZone, type PageSearch, windowParams } from "./search";

type RouterContext = { queryClient: QueryClient };

export const rootRoute = createRootRouteWithContext<RouterContext>()({
  validateSearch: (search): PageSearch => search as PageSearch,
  component: Outlet,
});

/** Everything behind the sign-in. Asks who is there, once, and makes the URL say the whole window. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "shell",
  search: { middlewares: [retainSearchParams<PageSearch>([...windowParams])] },
  beforeLoad: async ({ context, location }) => {
    const { caller } = await context.queryClient.ensureQueryData(sessionQuery);
    if (caller === null) throw redirect({ to: "/sign-in", search: { next: location.href } });
    if (caller.projectId !== null && !isWithin(location.pathname, caller.projectId)) {
      throw redirect({ to: "/projects/$projectId", params: { projectId: caller.projectId } });
    }
    const search = completeWindow(location.search as PageSearch, deviceTimeZone());
    if (search !== null) throw redirect({ to: location.pathname, search, replace: true });
    return { caller };
  },
  component: Shell,
});

function isWithin(pathname: string, projectId: string): boolean {
  const root = `/projects/${encodeURIComponent(projectId)}`;
  return pathname === root || pathname.startsWith(`${root}/`);
}
