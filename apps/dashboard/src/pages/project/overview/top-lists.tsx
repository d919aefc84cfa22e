import type { AdoptionDimension } from "@mobigen/analytics-contract";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { adoptionQuery, eventNamesQuery, screensQuery } from "../../../api/insights";
import { granularityOf } from "../../../api/window";
import { useDeviceFilter } from "../../../app/use-device-filter";
import { usePages } from "../../../app/use-pages";
import { useProjectId } from "../../../app/use-project-id";
import { usePageWindow } from "../../../app/use-window";
import { writeCountry } from "../../../format/country";
import { BarList } from "../../../ui/bar-list";
import { Card } from "../../../ui/card";
import { Loaded } from "../../../ui/loaded";
import { EmptyState } from "../../../ui/states";

const shown = 8;

/** What there is most of, with the way to all of it. */
export function TopLists() {
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <TopScreens />
      <TopEvents />
      <TopValues dimension="version" title="Versions" none="not said" />
      <TopValues dimension="country" title="Countries" none="unknown" show={writeCountry} />
    </div>
  );
}

function TopScreens() {
  const projectId = useProjectId();
  const { query } = usePageWindow();
  const screens = usePages(screensQuery(projectId, query, useDeviceFilter(), shown));
  return (
    <Card title="Screens" hint="views" actions={<All to="/projects/$projectId/screens" what="screens" />}>
      <Loaded query={screens} empty={{ when: ({ items }) => items.length === 0, show: <NothingHere /> }}>
        {({ items }) => (
          <BarList
            kind="count"
            items={items.slice(0, shown).map(({ name, views, share }) => ({
              key: name ?? "",
              label: name ?? <Unnamed>no name</Unnamed>,
              value: views,
              share,
            }))}
          />
        )}
      </Loaded>
    </Card>
  );
}

function TopEvents() {
  const projectId = useProjectId();
  const { query } = usePageWindow();
  const events = usePages(eventNamesQuery(projectId, query, { ...useDeviceFilter(), type: "custom" }, shown));
  return (
    <Card title="Custom events" hint="times" actions={<All to="/projects/$projectId/events" what="events" />}>
      <Loaded query={events} empty={{ when: ({ items }) => items.length === 0, show: <NothingHere /> }}>
        {({ items }) => (
          <BarList
            kind="count"
            items={items.slice(0, shown).map(({ type, name, events: times, share }) => ({
              key: name ?? "",
              label: (
                <Link
                  to="/projects/$projectId/events/detail"
                  params={{ projectId }}
                  search={{ type, name: name ?? undefined }}
                  className="hover:text-accent hover:underline"
                >
                  {name ?? type}
                </Link>
              ),
              value: times,
              share,
            }))}
          />
        )}
      </Loaded>
    </Card>
  );
}

type TopValuesProps = {
  dimension: AdoptionDimension;
  title: string;
  none: string;
  show?: (value: string) => string;
};

function TopValues({ dimension, title, none, show = (value) => value }: TopValuesProps) {
  const projectId = useProjectId();
  const { query } = usePageWindow();
  const granularity = granularityOf(query, new Date());
  const adoption = useQuery(adoptionQuery(projectId, dimension, granularity, query, useDeviceFilter(), shown));
  const more = <All to="/projects/$projectId/versions" by={dimension} what={title.toLowerCase()} />;
  return (
    <Card title={title} hint="sessions" actions={more}>
      <Loaded query={adoption} empty={{ when: ({ items }) => items.length === 0, show: <NothingHere /> }}>
        {({ items }) => (
          <BarList
            kind="count"
            items={items.map(({ value, sessions, share }) => ({
              key: value ?? "",
              label: value === null ? <Unnamed>{none}</Unnamed> : show(value),
              value: sessions,
              share,
            }))}
          />
        )}
      </Loaded>
    </Card>
  );
}

function All({ to, by, what }: { to: string; by?: string; what: string }) {
  const projectId = useProjectId();
  return (
    <Link
      to={to}
      params={{ projectId }}
      search={by === undefined ? {} : { by }}
      className="text-xs text-accent hover:underline"
    >
      All {what}
    </Link>
  );
}

function Unnamed({ children }: { children: ReactNode }) {
  return <span className="text-muted">{children}</span>;
}

function NothingHere() {
  return <EmptyState title="None in this period" />;
}
