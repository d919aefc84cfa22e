import type { AppActor } from "@mobigen/analytics-contract";
import { Link } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { actorsQuery } from "../../../api/actors";
import { useDraftText } from "../../../app/use-draft-text";
import { usePages } from "../../../app/use-pages";
import { useProjectId } from "../../../app/use-project-id";
import { useParam } from "../../../app/use-window";
import { Page } from "../../../layout/page";
import { Badge } from "../../../ui/badge";
import { buttonClasses } from "../../../ui/button";
import { Card } from "../../../ui/card";
import { Choice } from "../../../ui/choice";
import { type Column, DataTable } from "../../../ui/data-table";
import { Loaded } from "../../../ui/loaded";
import { Moment } from "../../../ui/moment";
import { MoreButton } from "../../../ui/more-button";
import { EmptyState } from "../../../ui/states";
import { ActorLink } from "../actor-link";

const kinds = [
  { value: "", label: "All" },
  { value: "user", label: "Users" },
  { value: "anonymous", label: "Installs" },
] as const;

type Kind = (typeof kinds)[number]["value"];

const columns: readonly Column<AppActor>[] = [
  { id: "id", label: "Id", value: ({ id }) => id, show: (actor) => <ActorLink actor={actor} />, sortable: false },
  {
    id: "kind",
    label: "Kind",
    value: ({ kind }) => kind,
    show: ({ kind }) => (kind === "user" ? <Badge look="accent">user</Badge> : <Badge>install</Badge>),
    sortable: false,
    wide: true,
  },
  {
    id: "first",
    label: "First seen",
    value: ({ firstSeenAt }) => firstSeenAt,
    show: ({ firstSeenAt }) => <Moment at={firstSeenAt} />,
    sortable: false,
    wide: true,
  },
  {
    id: "last",
    label: "Last seen",
    value: ({ lastSeenAt }) => lastSeenAt,
    show: ({ lastSeenAt }) => <Moment at={lastSeenAt} />,
    sortable: false,
  },
];

/** Who acted in the app, the last seen first. */
export function PeoplePage() {
  const projectId = useProjectId();
  const [search] = useParam("search");
  const [kindText, setKind] = useParam("kind");
  const kind: Kind = kinds.find(({ value }) => value === kindText)?.value ?? "";
  const people = usePages(actorsQuery(projectId, { search, kind }));
  const isNarrowed = search !== "" || kind !== "";
  return (
    <Page
      title="People"
      hint="Users, and installs that no user has signed in on; the last seen first."
      hasPeriod={false}
      actions={
        <Link to="/projects/$projectId/erasures" params={{ projectId }} className={buttonClasses("plain")}>
          Deleted people
        </Link>
      }
    >
      <search aria-label="Filters" className="flex flex-wrap items-center gap-2">
        <IdField />
        <Choice<Kind> label="Kind" options={kinds} value={kind} onChange={setKind} />
      </search>
      <Loaded
        query={people}
        empty={{ when: ({ items }) => items.length === 0, show: <Nobody isNarrowed={isNarrowed} /> }}
      >
        {({ items }) => (
          <Card flush className="pt-3">
            <DataTable
              name="People"
              tools={<h2 className="text-sm font-semibold">Last seen first</h2>}
              rows={items}
              keyOf={({ kind: one, id }) => `${one} ${id}`}
              columns={columns}
              footer={<MoreButton pages={people} />}
            />
          </Card>
        )}
      </Loaded>
    </Page>
  );
}

/** Asks once it is confirmed: each letter would be a question. */
function IdField() {
  const [search, setSearch] = useParam("search");
  const [text, setText] = useDraftText(search);
  return (
    <form
      className="relative w-full sm:w-72"
      onSubmit={(event) => {
        event.preventDefault();
        setSearch(text.trim());
      }}
    >
      <label>
        <span className="sr-only">Id begins with</span>
        <Search aria-hidden="true" className="pointer-events-none absolute top-2 left-2.5 size-4 text-muted" />
        <input
          type="search"
          value={text}
          maxLength={200}
          placeholder="Id begins with … then Enter"
          onChange={(event) => setText(event.target.value)}
          onBlur={() => setSearch(text.trim())}
          className="h-8 w-full rounded-md border border-strong-line bg-surface pr-2 pl-8 text-sm placeholder:text-muted"
        />
      </label>
    </form>
  );
}

function Nobody({ isNarrowed }: { isNarrowed: boolean }) {
  return (
    <Card>
      {isNarrowed ? (
        <EmptyState title="Nobody like that">Search finds the beginning of an id, with its capital letters.</EmptyState>
      ) : (
        <EmptyState title="Nobody yet">
          Who acts in the app stands here once its events name a <code>userId</code> or an <code>anonymousId</code>.
        </EmptyState>
      )}
    </Card>
  );
}
