import { LayoutDashboard } from "lucide-react";
import type { NavigationItem } from "./navigation";

/** The pages of one project. */
export const projectItems: readonly NavigationItem[] = [
  { to: "/projects/$projectId", label: "Overview", icon: LayoutDashboard, exact: true },
];
