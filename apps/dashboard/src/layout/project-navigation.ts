import {
  CalendarCheck,
  Download,
  Filter,
  Inbox,
  KeyRound,
  LayoutDashboard,
  MousePointerClick,
  Radio,
  Route,
  Settings,
  Smartphone,
  Tablet,
  UserRound,
  Users,
} from "lucide-react";
import type { NavigationItem } from "./navigation";

/** The pages of one project. */
export const projectItems: readonly NavigationItem[] = [
  { to: "/projects/$projectId", label: "Overview", icon: LayoutDashboard, exact: true },
  { to: "/projects/$projectId/live", label: "Live", icon: Radio },
  { to: "/projects/$projectId/screens", label: "Screens", icon: Smartphone },
  { to: "/projects/$projectId/events", label: "Events", icon: MousePointerClick },
  { to: "/projects/$projectId/sessions", label: "Sessions", icon: Route },
  { to: "/projects/$projectId/people", label: "People", icon: UserRound },
  { to: "/projects/$projectId/active-users", label: "Active users", icon: Users },
  { to: "/projects/$projectId/retention", label: "Retention", icon: CalendarCheck },
  { to: "/projects/$projectId/funnels", label: "Funnels", icon: Filter },
  { to: "/projects/$projectId/versions", label: "Versions and devices", icon: Tablet },
  { to: "/projects/$projectId/ingestion", label: "Ingestion", icon: Inbox },
  { to: "/projects/$projectId/export", label: "Export", icon: Download },
  { to: "/projects/$projectId/keys", label: "Keys", icon: KeyRound, needs: "admin" },
  { to: "/projects/$projectId/settings", label: "Settings", icon: Settings, needs: "admin" },
];
