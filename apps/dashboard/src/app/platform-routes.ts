import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { shellRoute } from "./shell-route";

const parent = () => shellRoute;

/** The pages of the platform, each in a file that is loaded when it is opened. */
export const platformRoutes = [
  createRoute({
    getParentRoute: parent,
    path: "/",
    beforeLoad: () => {
      throw redirect({ to: "/platform", replace: true });
    },
  }),
  createRoute({
    getParentRoute: parent,
    path: "/platform",
    component: lazyRouteComponent(() => import("../pages/platform/overview/page"), "OverviewPage"),
  }),
  createRoute({
    getParentRoute: parent,
    path: "/platform/projects",
    component: lazyRouteComponent(() => import("../pages/platform/projects"), "ProjectsPage"),
  }),
  createRoute({
    getParentRoute: parent,
    path: "/platform/costs",
    component: lazyRouteComponent(() => import("../pages/platform/costs/page"), "CostsPage"),
  }),
  createRoute({
    getParentRoute: parent,
    path: "/platform/budgets",
    component: lazyRouteComponent(() => import("../pages/platform/budgets/page"), "BudgetsPage"),
  }),
  createRoute({
    getParentRoute: parent,
    path: "/platform/prices",
    component: lazyRouteComponent(() => import("../pages/platform/prices/page"), "PricesPage"),
  }),
] as const;
