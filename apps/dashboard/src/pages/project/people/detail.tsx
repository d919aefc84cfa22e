import type { ActorTimeline, Erasure } from "@mobigen/analytics-contract";
import { Link, useParams } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { useState } from "react";
import { actorExportUrl, actorTimelineQuery } from "../../../api/actors";
import { mayDo, useCaller } from "../../../app/session";
import { usePages } from "../../../app/use-pages";
import { useProjectId } from "../../../app/use-project-id";
import { usePageWindow } from "../../../app/use-window";
import { Page } from "../../../layout/page";
import { BackLink } from "../../../ui/back-link";
import { Badge } from "../../../ui/badge";
import { Button, buttonClasses } from "../../../ui/button";
import { Card } from "../../../ui/card";
import { Fact, Facts } from "../../../ui/facts";
import { Loaded } from "../../../ui/loaded";
import { Moment } from "../../../ui/moment";
import { MoreButton } from "../../../ui/more-button";
import { Quantity } from "../../../ui/quantity";
import { EmptyState } from "../../../ui/states";
import { DeviceFacts } from "../device-facts";
import { Timeline } from "../timeline/timeline";
import { TimelineCsv } from "../timeline/timeline-csv";
import { ActiveDays } from "./active-days";
import { EraseDialog } from "./erase-dialog";
import { Receipt } from "./receipt";

/** One user or install: what is known of them, and what they did last. */
export function PersonPage() {
  const { actorId } = useParams({ from: "/shell/projects/$projectId/people/$actorId" });
  const [erasure, setErasure] = useState<Erasure | null>(null);
  const [isErasing, setIsErasing] = useState(false);
  const isAdmin = mayDo(useCaller(), "admin");
  return (
    <>
      <BackLink to="/projects/$projectId/people">People</BackLink>
      <Page
        title={actorId}
        hasPeriod={false}
        actions={isAdmin && erasure === null && <AdminActions actorId={actorId} onErase={() => setIsErasing(true)} />}
      >
        {erasure === null ? <Person actorId={actorId} /> : <Receipt erasure={erasure} />}
      </Page>
      {isErasing && (
        <EraseDialog
          actorId={actorId}
          onErased={(receipt) => {
            setErasure(receipt);
            setIsErasing(false);
          }}
          onClose={() => setIsErasing(false)}
        />
      )}
    </>
  );
}

function AdminActions({ actorId, onErase }: { actorId: string; onErase: () => void }) {
  const projectId = useProjectId();
  return (
    <>
      <a
        href={actorExportUrl(projectId, actorId)}
        download
        title="All that is known of this person, as JSON"
        className={buttonClasses("plain")}
      >
        <Download aria-hidden="true" className="size-4" /> Export
      </a>
      <Button look="danger" onClick={onErase}>
        Delete
      </Button>
    </>
  );
}

function Person({ actorId }: { actorId: string }) {
  const { tz } = usePageWindow();
  const timeline = usePages(actorTimelineQuery(useProjectId(), actorId, tz));
  return (
    <Loaded query={timeline}>
      {({ actor, items }) => (
        <div className="grid items-start gap-4 lg:grid-cols-3">
          <Card
            flush
            title="Events"
            hint="newest first"
            actions={<TimelineCsv events={items} />}
            className="max-lg:order-2 lg:col-span-2"
          >
            {items.length > 0 && (
              <div className="px-4 pb-3">
                <Timeline
                  events={items}
                  aside={({ sessionId }, above) =>
                    above?.sessionId === sessionId ? null : <SessionLink sessionId={sessionId} />
                  }
                />
              </div>
            )}
            {items.length === 0 && !timeline.hasNextPage && (
              <EmptyState title="Their events are in the archive">They are counted, and not shown.</EmptyState>
            )}
            <MoreButton pages={timeline} />
          </Card>
          <PersonFacts actor={actor} />
        </div>
      )}
    </Loaded>
  );
}

function PersonFacts({ actor }: { actor: ActorTimeline["actor"] }) {
  const projectId = useProjectId();
  const { id, kind, firstSeenAt, lastSeenAt, activeDays, days, device } = actor;
  return (
    <div className="flex flex-col gap-4">
      <Card
        title="About them"
        actions={
          <Link
            to="/projects/$projectId/sessions"
            params={{ projectId }}
            search={{ actor: id, period: "90d" }}
            className="text-xs text-accent hover:underline"
          >
            Sessions
          </Link>
        }
      >
        <Facts>
          <Fact label="Kind">
            {kind === "user" ? <Badge look="accent">user</Badge> : <Badge>install without a user</Badge>}
          </Fact>
          <Fact label="First seen">
            <Moment at={firstSeenAt} />
          </Fact>
          <Fact label="Last seen">
            <Moment at={lastSeenAt} />
          </Fact>
          <Fact label="Active days">
            <Quantity kind="count" value={activeDays} />
          </Fact>
        </Facts>
      </Card>
      <Card title="Days they were there" hint="of the last 90">
        <ActiveDays days={days} />
      </Card>
      {device !== null && (
        <Card title="Device" hint="as their latest event said">
          <DeviceFacts device={device} />
        </Card>
      )}
    </div>
  );
}

function SessionLink({ sessionId }: { sessionId: string }) {
  const projectId = useProjectId();
  return (
    <Link
      to="/projects/$projectId/sessions/$sessionId"
      params={{ projectId, sessionId }}
      className="hover:text-accent hover:underline"
    >
      Session
    </Link>
  );
}
