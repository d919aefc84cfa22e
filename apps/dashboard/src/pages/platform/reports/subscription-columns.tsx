import type { ReportSubscription } from "@mobigen/analytics-contract";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import type { Column } from "../../../ui/data-table";
import { Moment } from "../../../ui/moment";

type SubscriptionActions = {
  onPause: (subscription: ReportSubscription) => void;
  onRemove: (subscription: ReportSubscription) => void;
};

const looks = { active: "good", paused: "neutral", unsubscribed: "warn" } as const;

export function subscriptionColumns(actions: SubscriptionActions | null): readonly Column<ReportSubscription>[] {
  if (actions === null) return facts;
  return [
    ...facts,
    {
      id: "do",
      label: "Actions",
      actions: true,
      sortable: false,
      value: () => null,
      show: (subscription) => (
        <span className="flex justify-end gap-1">
          {subscription.state !== "unsubscribed" && (
            <Button
              look="quiet"
              aria-label={`${subscription.state === "active" ? "Pause" : "Resume"}: ${subscription.address}, ${aboutOf(subscription)}`}
              onClick={() => actions.onPause(subscription)}
            >
              {subscription.state === "active" ? "Pause" : "Resume"}
            </Button>
          )}
          <Button
            look="quiet"
            aria-label={`Remove: ${subscription.address}, ${aboutOf(subscription)}`}
            onClick={() => actions.onRemove(subscription)}
          >
            Remove
          </Button>
        </span>
      ),
    },
  ];
}

function aboutOf({ scope, scopeId }: ReportSubscription): string {
  return scopeId === null ? "the platform" : `${scope} ${scopeId}`;
}

const facts: readonly Column<ReportSubscription>[] = [
  {
    id: "address",
    label: "Address",
    value: ({ address }) => address,
    show: (subscription) => (
      <span className="flex flex-col">
        <span className="font-medium break-words">{subscription.address}</span>
        <span className="text-xs text-muted md:hidden">
          {aboutOf(subscription)}, {subscription.state}
        </span>
      </span>
    ),
  },
  { id: "about", label: "About", value: aboutOf, wide: true },
  {
    id: "state",
    label: "State",
    value: ({ state }) => state,
    show: ({ state }) => <Badge look={looks[state]}>{state}</Badge>,
    wide: true,
  },
  { id: "tz", label: "Weeks begin in", value: ({ timezone }) => timezone.replaceAll("_", " "), wide: true },
  {
    id: "last",
    label: "Last report",
    value: ({ lastReportAt }) => lastReportAt,
    show: ({ lastReportAt }) => <Moment at={lastReportAt} />,
    wide: true,
  },
];
