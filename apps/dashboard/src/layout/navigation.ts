import type { SignedInCaller, TokenScope } from "@mobigen/analytics-contract";
import {
  Activity,
  Boxes,
  CircleDollarSign,
  Clock,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  Mail,
  ScrollText,
  Tags,
  Users,
  Wallet,
} from "lucide-react";
import { mayDo } from "../app/session";

export type NavigationItem = {
  /** A path of the router, with $projectId for the project at hand. */
  to: string;
  label: string;
  icon: LucideIcon;
  /** Only the page itself is marked as current, not those below it. */
  exact?: boolean;
  needs?: TokenScope;
};

export const platformItems: readonly NavigationItem[] = [
  { to: "/platform", label: "Overview", icon: LayoutDashboard, exact: true },
  { to: "/platform/costs", label: "Costs", icon: CircleDollarSign },
  { to: "/platform/usage", label: "Usage", icon: Activity },
  { to: "/platform/users", label: "Users", icon: Users },
  { to: "/platform/projects", label: "Projects", icon: Boxes },
  { to: "/platform/budgets", label: "Budgets", icon: Wallet },
  { to: "/platform/prices", label: "Prices", icon: Tags },
  { to: "/platform/jobs", label: "Jobs", icon: Clock },
  { to: "/platform/reports", label: "Reports", icon: Mail },
  { to: "/platform/tokens", label: "Tokens", icon: KeyRound, needs: "admin" },
  { to: "/platform/audit", label: "Audit log", icon: ScrollText, needs: "admin" },
];

export function itemsFor(items: readonly NavigationItem[], caller: SignedInCaller): readonly NavigationItem[] {
  return items.filter(({ needs }) => needs === undefined || mayDo(caller, needs));
}
