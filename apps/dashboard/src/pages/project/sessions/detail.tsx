import type { SessionTimeline } from "@mobigen/analytics-contract";
import { useParams } from "@tanstack/react-router";
import { sessionTimelineQuery } from "../../../api/app-sessions";
import { usePages } from "../../../app/use-pages";
import { useProjectId } from "../../../app/use-project-id";
import { Page } from "../../../layout/page";
import { BackLink } from "../../../ui/back-link";
import { Card } from "../../../ui/card";
import { Fact, Facts } from "../../../ui/facts";
import { Loaded } from "../../../ui/loaded";
import { Moment } from "../../../ui/moment";
import { MoreButton } from "../../../ui/more-button";
import { Quantity } from "../../../ui/quantity";
import { EmptyState } from "../../../ui/states";
import { ActorLink } from "../actor-link";
import { DeviceFacts } from "../device-facts";
import { Timeline } from "../timeline/timeline";
import { TimelineCsv } from "../timeline/timeline-csv";

/** One session, event by event. */
export function SessionPage() {
  const projectId = useProjectId();
  const { sessionId } = useParams({ from: "/shell/projects/$projectId/sessions/$sessionId" });
  const timeline = usePages(sessionTimelineQuery(projectId, sessionId));
  return (
    <>
      <BackLink to="/projects/$projectId/sessions">Sessions</BackLink>
      <Page title="Session" hint={<span className="break-all">{sessionId}</span>} hasPeriod={false}>
        <Loaded query={timeline}>
          {({ session, items }) => (
            <div className="grid items-start gap-4 lg:grid-cols-3">
              <Card
                flush
                title="Events"
                hint="in the order of their times"
                actions={<TimelineCsv events={items} />}
                className="max-lg:order-2 lg:col-span-2"
              >
                {items.length > 0 && (
                  <div className="px-4 pb-3">
                    <Timeline events={items} showsPauses />
                  </div>
                )}
                {items.length === 0 && !timeline.hasNextPage && (
                  <EmptyState title="Its events are in the archive">They are counted, and not shown.</EmptyState>
                )}
                <MoreButton pages={timeline} />
              </Card>
              <SessionFacts session={session} />
            </div>
          )}
        </Loaded>
      </Page>
    </>
  );
}

function SessionFacts({ session }: { session: SessionTimeline["session"] }) {
  const { startedAt, lastEventAt, durationSeconds, events, screens, actor, device } = session;
  return (
    <div className="flex flex-col gap-4">
      <Card title="About it">
        <Facts>
          <Fact label="Who">
            <span className="flex min-w-0 justify-end">
              <ActorLink actor={actor} />
            </span>
          </Fact>
          <Fact label="Began">
            <Moment at={startedAt} />
          </Fact>
          <Fact label="Last event">
            <Moment at={lastEventAt} />
          </Fact>
          <Fact label="Length">
            <Quantity kind="duration" value={durationSeconds * 1_000} />
          </Fact>
          <Fact label="Events">
            <Quantity kind="count" value={events} />
          </Fact>
          <Fact label="Screen views">
            <Quantity kind="count" value={screens} />
          </Fact>
        </Facts>
      </Card>
      <Card title="Device" hint="as its first event said">
        <DeviceFacts device={device} />
      </Card>
    </div>
  );
}
