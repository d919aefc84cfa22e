import { Pause, Play } from "lucide-react";
import { useState } from "react";
import { useProjectId } from "../../../app/use-project-id";
import { write } from "../../../format/quantity";
import { Page } from "../../../layout/page";
import { Button } from "../../../ui/button";
import { Card } from "../../../ui/card";
import { SkeletonLines } from "../../../ui/skeleton";
import { EmptyState } from "../../../ui/states";
import { ActorLink } from "../actor-link";
import { Timeline } from "../timeline/timeline";
import { TimelineCsv } from "../timeline/timeline-csv";
import { Announcer } from "./announcer";
import { type Feed, mostShown } from "./feed";
import { LiveStatus } from "./live-status";
import { useLive } from "./use-live";

/** The app's events as they come. */
export function LivePage() {
  const projectId = useProjectId();
  // Another project's stream is another page.
  return <LiveFeed key={projectId} projectId={projectId} />;
}

function LiveFeed({ projectId }: { projectId: string }) {
  const { feed, state, reconnect } = useLive(projectId);
  const [held, setHeld] = useState<Feed | null>(null);
  const shown = held ?? feed;
  return (
    <Page
      title="Live"
      hint="Events as they come, a second or two after the app sent them."
      hasPeriod={false}
      actions={<PauseButton isHeld={held !== null} onTurn={() => setHeld(held === null ? feed : null)} />}
    >
      <Card
        flush
        title="Latest events"
        hint={`the newest first; at most ${mostShown} are kept here`}
        actions={<TimelineCsv events={shown.events} />}
      >
        <div className="flex flex-col gap-3 px-4 pb-3">
          <LiveStatus
            state={state}
            isHeld={held !== null}
            missed={held === null ? 0 : feed.received - held.received}
            onReconnect={reconnect}
          />
          {feed.skipped > 0 && (
            <p className="text-xs text-muted">
              {write("count", feed.skipped).short} of {write("count", feed.received).short} came too fast to be shown
              here; they are stored like all others.
            </p>
          )}
          {shown.events.length > 0 && (
            <Timeline events={shown.events} aside={({ actor }) => <ActorLink actor={actor} />} />
          )}
        </div>
        {shown.events.length === 0 && state === "open" && <NothingYet />}
        {shown.events.length === 0 && state === "connecting" && <Connecting />}
      </Card>
      <Announcer received={feed.received} isHeld={held !== null} />
    </Page>
  );
}

function PauseButton({ isHeld, onTurn }: { isHeld: boolean; onTurn: () => void }) {
  const Icon = isHeld ? Play : Pause;
  return (
    <Button onClick={onTurn}>
      <Icon aria-hidden="true" className="size-4" /> {isHeld ? "Go on" : "Pause"}
    </Button>
  );
}

function NothingYet() {
  return (
    <EmptyState title="No events yet">
      The first that comes stands here by itself: the app posts its events to <code>/api/events</code>.
    </EmptyState>
  );
}

function Connecting() {
  return (
    <div aria-busy="true" className="px-4 pb-4">
      <SkeletonLines />
    </div>
  );
}
