import type { QueryClient } from "@tanstack/react-query";
import { createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { NotFound, PageFailure, PagePending } from "./fallbacks";
import { platformRoutes } from "./platform-routes";
import { projectRoutes } from "./project-routes";
import { parseSearch, stringifySearch } from "./search";
import { rootRoute, shellRoute } from "./shell-route";

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  component: lazyRouteComponent(() => import("../pages/sign-in"), "SignInPage"),
});

const routeTree = rootRoute.addChildren([signInRoute, shellRoute.addChildren([...platformRoutes, ...projectRoutes])]);

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    // The code of a page comes while the pointer is still on its way to the click.
    defaultPreload: "intent",
    defaultPendingComponent: PagePending,
    defaultErrorComponent: PageFailure,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
