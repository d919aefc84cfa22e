const days = "period=30d&tz=Europe/Berlin";

/** Every page of the platform, by a name for its picture. */
export const pages: Readonly<Record<string, string>> = {
  overview: `/platform?${days}`,
  projects: `/platform/projects?${days}&rank=cost`,
  costs: `/platform/costs?${days}`,
  "costs-narrowed": `/platform/costs?${days}&by=feature&model=claude-3-sonnet-20240229`,
  usage: `/platform/usage?${days}&request=cached-1`,
  users: `/platform/users?${days}`,
  user: `/platform/users/user-1?${days}`,
  budgets: "/platform/budgets?tz=Europe/Berlin",
  prices: "/platform/prices?tz=Europe/Berlin",
  jobs: "/platform/jobs?tz=Europe/Berlin",
  reports: "/platform/reports?tz=Europe/Berlin",
  tokens: "/platform/tokens?tz=Europe/Berlin",
  audit: "/platform/audit?tz=Europe/Berlin",
};
