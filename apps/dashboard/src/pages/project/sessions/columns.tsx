import type { AppSession } from "@mobigen/analytics-contract";
import { Link } from "@tanstack/react-router";
import type { Column } from "../../../ui/data-table";
import { Moment } from "../../../ui/moment";
import { ActorLink } from "../actor-link";

/** Their order is the service's, page after page: sorting those that were loaded so far would tell nothing. */
export function sessionColumns(projectId: string): readonly Column<AppSession>[] {
  return [
    {
      id: "started",
      label: "Began",
      value: ({ startedAt }) => startedAt,
      show: ({ sessionId, startedAt }) => (
        <Link
          to="/projects/$projectId/sessions/$sessionId"
          params={{ projectId, sessionId }}
          className="font-medium hover:text-accent hover:underline"
        >
          <Moment at={startedAt} />
        </Link>
      ),
      sortable: false,
    },
    {
      id: "actor",
      label: "Who",
      value: ({ actor }) => actor?.id,
      show: ({ actor }) => <ActorLink actor={actor} />,
      sortable: false,
      wide: true,
    },
    {
      id: "duration",
      label: "Length",
      kind: "duration",
      value: ({ durationSeconds }) => durationSeconds * 1_000,
      sortable: false,
    },
    { id: "events", label: "Events", kind: "count", value: ({ events }) => events, sortable: false },
    { id: "screens", label: "Screens", kind: "count", value: ({ screens }) => screens, sortable: false, wide: true },
    {
      id: "platform",
      label: "Platform",
      value: ({ device }) => [device.platform, device.osVersion].filter((part) => part !== null).join(" "),
      sortable: false,
      wide: true,
    },
    {
      id: "version",
      label: "Version",
      value: ({ device }) => device.appVersion,
      sortable: false,
      wide: true,
    },
  ];
}
