const days = "period=30d&tz=Europe/Berlin";

/** Every page of the platform, by a name for its picture. */
export const pages: Readonly<Record<string, string>> = {
  overview: `/platform?${days}`,
  projects: "/platform/projects?tz=Europe/Berlin",
  prices: "/platform/prices?tz=Europe/Berlin",
};
