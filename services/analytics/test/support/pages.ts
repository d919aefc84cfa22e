/** Every page of the dashboard, by a name for its picture. */
export const pages: Readonly<Record<string, string>> = {
  overview: "/platform?period=30d&tz=Europe/Berlin",
  projects: "/platform/projects?tz=Europe/Berlin",
};
