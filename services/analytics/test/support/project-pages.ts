/** The pages that an app's owner sees: the name of the link that leads there, and the path below the project's. */
export const ownerPages = [
  { link: "Overview", path: "" },
  { link: "Screens", path: "/screens" },
  { link: "Events", path: "/events" },
  { link: "Active users", path: "/active-users" },
  { link: "Versions and devices", path: "/versions" },
  { link: "Ingestion", path: "/ingestion" },
] as const;

/** Those for who runs the platform. */
export const adminPages = [
  { link: "Keys", path: "/keys" },
  { link: "Settings", path: "/settings" },
] as const;
