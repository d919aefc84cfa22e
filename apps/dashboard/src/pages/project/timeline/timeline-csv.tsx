import type { TimelineEvent } from "@mobigen/analytics-contract";
import { Download } from "lucide-react";
import { downloadCsv } from "../../../format/csv";
import { IconButton } from "../../../ui/button";

/** The events that are shown, as a file. */
export function TimelineCsv({ events }: { events: readonly TimelineEvent[] }) {
  return (
    <IconButton label="Events: download CSV" onClick={() => download(events)}>
      <Download className="size-4" />
    </IconButton>
  );
}

function download(events: readonly TimelineEvent[]): void {
  downloadCsv(
    "events",
    [
      "timestamp",
      "received_at",
      "event_id",
      "type",
      "name",
      "session_id",
      "actor",
      "platform",
      "version",
      "properties",
    ],
    events.map((event) => [
      ...[event.timestamp, event.receivedAt, event.eventId, event.type, event.name, event.sessionId],
      ...[event.actor?.id, event.platform, event.appVersion, JSON.stringify(event.properties ?? {})],
    ]),
  );
}
