import { Link } from "@tanstack/react-router";
import { mayDo, useCaller } from "../../app/session";
import { useDeviceFilter } from "../../app/use-device-filter";
import { useProjectId } from "../../app/use-project-id";
import { Card } from "../../ui/card";
import { EmptyState } from "../../ui/states";

/** Nothing came in the page's period: because of the filters, or because the app has sent nothing. */
export function NoEvents() {
  const projectId = useProjectId();
  const caller = useCaller();
  const isNarrowed = Object.values(useDeviceFilter()).some((value) => value !== undefined);
  return (
    <Card>
      <EmptyState title="No events in this period">
        {isNarrowed ? (
          <p>No device that matches the filters has sent any. Clear them, or choose a longer period.</p>
        ) : (
          <p>
            Choose a longer period, or send a first one: the app posts its events to <code>/api/events</code> with{" "}
            {mayDo(caller, "admin") ? (
              <Link to="/projects/$projectId/keys" params={{ projectId }} className="text-accent underline">
                a key that may ingest
              </Link>
            ) : (
              "a key that may ingest"
            )}
            .
          </p>
        )}
      </EmptyState>
    </Card>
  );
}
