import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "./shell-route";

const parent = () => shellRoute;

/** The pages of one project, each in a file that is loaded when it is opened. */
export const projectRoutes = [
  createRoute({
    getParentRoute: parent,
    path: "/projects/$projectId",
    component: lazyRouteComponent(() => import("../pages/project/overview"), "ProjectOverviewPage"),
  }),
] as const;
