import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "./shell-route";

const getParentRoute = () => shellRoute;

/** The pages of one project, each in a file that is loaded when it is opened. */
export const projectRoutes = [
  createRoute({
    getParentRoute,
    path: "/projects/$projectId",
    component: lazyRouteComponent(() => import("../pages/project/overview/page"), "ProjectOverviewPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/projects/$projectId/screens",
    component: lazyRouteComponent(() => import("../pages/project/screens"), "ScreensPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/projects/$projectId/events",
    component: lazyRouteComponent(() => import("../pages/project/events/page"), "EventsPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/projects/$projectId/events/detail",
    component: lazyRouteComponent(() => import("../pages/project/events/detail"), "EventPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/projects/$projectId/active-users",
    component: lazyRouteComponent(() => import("../pages/project/active-users"), "ActiveUsersPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/projects/$projectId/versions",
    component: lazyRouteComponent(() => import("../pages/project/versions"), "VersionsPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/projects/$projectId/live",
    component: lazyRouteComponent(() => import("../pages/project/live/page"), "LivePage"),
  }),
  createRoute({
    getParentRoute,
    path: "/projects/$projectId/sessions",
    component: lazyRouteComponent(() => import("../pages/project/sessions/page"), "SessionsPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/projects/$projectId/sessions/$sessionId",
    component: lazyRouteComponent(() => import("../pages/project/sessions/detail"), "SessionPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/projects/$projectId/people",
    component: lazyRouteComponent(() => import("../pages/project/people/page"), "PeoplePage"),
  }),
  createRoute({
    getParentRoute,
    path: "/projects/$projectId/people/$actorId",
    component: lazyRouteComponent(() => import("../pages/project/people/detail"), "PersonPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/projects/$projectId/erasures",
    component: lazyRouteComponent(() => import("../pages/project/people/erasures"), "ErasuresPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/projects/$projectId/retention",
    component: lazyRouteComponent(() => import("../pages/project/retention/page"), "RetentionPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/projects/$projectId/funnels",
    component: lazyRouteComponent(() => import("../pages/project/funnels/page"), "FunnelsPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/projects/$projectId/export",
    component: lazyRouteComponent(() => import("../pages/project/export"), "ExportPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/projects/$projectId/ingestion",
    component: lazyRouteComponent(() => import("../pages/project/ingestion"), "IngestionPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/projects/$projectId/keys",
    component: lazyRouteComponent(() => import("../pages/project/keys/page"), "KeysPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/projects/$projectId/settings",
    component: lazyRouteComponent(() => import("../pages/project/settings"), "SettingsPage"),
  }),
] as const;
