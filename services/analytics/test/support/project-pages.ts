const nothing = "No events in this period";

/**
 * The pages that an app's owner sees: the name of the link that leads there, the path below the project's, and what it says where
 * nothing has come yet.
 */
export const ownerPages = [
  { link: "Overview", path: "", empty: nothing },
  { link: "Live", path: "/live", empty: "No events yet" },
  { link: "Screens", path: "/screens", empty: nothing },
  { link: "Events", path: "/events", empty: nothing },
  { link: "Sessions", path: "/sessions", empty: nothing },
  { link: "People", path: "/people", empty: "Nobody yet" },
  { link: "Active users", path: "/active-users", empty: nothing },
  { link: "Retention", path: "/retention", empty: nothing },
  { link: "Funnels", path: "/funnels", empty: "No funnel yet" },
  { link: "Versions and devices", path: "/versions", empty: nothing },
  { link: "Ingestion", path: "/ingestion", empty: nothing },
  { link: "Export", path: "/export", empty: nothing },
] as const;

/** Those for who runs the platform. */
export const adminPages = [
  { link: "Keys", path: "/keys" },
  { link: "Settings", path: "/settings" },
] as const;

type Ask = (path: string) => Promise<unknown>;

/** The paths of pages that no link of the navigation leads to, of a project that has events; `ask` gets from the API. */
export async function findInnerPages(ask: Ask, projectId: string): Promise<Record<string, string>> {
  const api = `/api/projects/${projectId}`;
  const { items: events } = (await ask(`${api}/events?limit=3&type=custom`)) as Named;
  const { items: sessions } = (await ask(`${api}/sessions?limit=1&minEvents=5`)) as { items: { sessionId: string }[] };
  const { items: people } = (await ask(`${api}/actors?limit=1`)) as { items: { id: string }[] };
  const steps = JSON.stringify([{ type: "screen_view" }, ...events.slice(0, 2).map(stepOf)]);
  const [event] = events;
  return {
    event: `/events/detail?${new URLSearchParams({ type: event?.type ?? "", name: event?.name ?? "" })}`,
    session: `/sessions/${encodeURIComponent(sessions[0]?.sessionId ?? "")}`,
    person: `/people/${encodeURIComponent(people[0]?.id ?? "")}`,
    erasures: "/erasures",
    funnel: `/funnels?${new URLSearchParams({ steps, by: "platform" })}`,
  };
}

type Named = { items: { type: string; name: string | null }[] };

function stepOf({ type, name }: Named["items"][number]) {
  return { type, ...(name === null ? {} : { name }) };
}
