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
    component: lazyRouteComponent(() => import("../pages/platform/projects/page"), "ProjectsPage"),
  }),
  createRoute({
    getParentRoute: parent,
    path: "/platform/costs",
    component: lazyRouteComponent(() => import("../pages/platform/costs/page"), "CostsPage"),
  }),
  createRoute({
    getParentRoute: parent,
    path: "/platform/usage",
    component: lazyRouteComponent(() => import("../pages/platform/usage/page"), "UsagePage"),
  }),
  createRoute({
    getParentRoute: parent,
    path: "/platform/users",
    component: lazyRouteComponent(() => import("../pages/platform/users/page"), "UsersPage"),
  }),
  createRoute({
    getParentRoute: parent,
    path: "/platform/users/$userId",
    component: lazyRouteComponent(() => import("../pages/platform/users/user-page"), "UserPage"),
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
  createRoute({
    getParentRoute: parent,
    path: "/platform/jobs",
    component: lazyRouteComponent(() => import("../pages/platform/jobs/page"), "JobsPage"),
  }),
  createRoute({
    getParentRoute: parent,
    path: "/platform/reports",
    component: lazyRouteComponent(() => import("../pages/platform/reports/page"), "ReportsPage"),
  }),
  createRoute({
    getParentRoute: parent,
    path: "/platform/tokens",
    component: lazyRouteComponent(() => import("../pages/platform/access/tokens-page"), "TokensPage"),
  }),
  createRoute({
    getParentRoute: parent,
    path: "/platform/audit",
    component: lazyRouteComponent(() => import("../pages/platform/access/audit-page"), "AuditPage"),
  }),
] as const;
