import type { SignedInCaller, TokenScope } from "@mobigen/analytics-contract";
import { Boxes, CircleDollarSign, LayoutDashboard, type LucideIcon, Tags, Wallet } from "lucide-react";
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
  { to: "/platform/projects", label: "Projects", icon: Boxes },
  { to: "/platform/budgets", label: "Budgets", icon: Wallet },
  { to: "/platform/prices", label: "Prices", icon: Tags },
];

export function itemsFor(items: readonly NavigationItem[], caller: SignedInCaller): readonly NavigationItem[] {
  return items.filter(({ needs }) => needs === undefined || mayDo(caller, needs));
}
