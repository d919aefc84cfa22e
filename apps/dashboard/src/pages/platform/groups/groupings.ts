import type { CostGrouping } from "@mobigen/analytics-contract";
import type { CostFilter } from "../../../api/costs";

export type Grouping = Exclude<CostGrouping, "day">;

/** What costs can be divided by, and the filter of the API that narrows to one of its groups. */
export const groupings: readonly {
  value: Grouping;
  label: string;
  plural: string;
  filter: keyof CostFilter;
}[] = [
  { value: "user", label: "User", plural: "Users", filter: "userId" },
  { value: "project", label: "Project", plural: "Projects", filter: "projectId" },
  { value: "model", label: "Model", plural: "Models", filter: "model" },
  { value: "provider", label: "Provider", plural: "Providers", filter: "provider" },
  { value: "feature", label: "Feature", plural: "Features", filter: "feature" },
  { value: "tag", label: "Tag", plural: "Tags", filter: "tag" },
];

/** The grouping of that name; by model for any other. */
export function groupingOf(text: string): (typeof groupings)[number] {
  const found = groupings.find(({ value }) => value === text) ?? groupings.find(({ value }) => value === "model");
  if (found === undefined) throw new Error("there is no grouping by model");
  return found;
}

/** A filter as it stands in the URL of the costs: by the names of the groupings. */
export function paramsOf(filter: CostFilter): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(groupings.map(({ value, filter: name }) => [value, filter[name]]));
}
