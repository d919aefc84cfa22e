import type { FleetFlag, FleetProject } from "@mobigen/analytics-contract";
import { Link } from "@tanstack/react-router";
import { Sparkline } from "../../../charts/sparkline";
import { changeOf } from "../../../format/trend";
import { Badge } from "../../../ui/badge";
import type { Column } from "../../../ui/data-table";
import { Quantity } from "../../../ui/quantity";
import { Trend } from "../../../ui/trend";

/** `days` are those of the sparklines. The service has ranked the rows: a head that sorts a part of them would mislead. */
export function projectColumns(days: readonly string[]): readonly Column<FleetProject>[] {
  return columns(days).map((column) => ({ ...column, sortable: false }));
}

function columns(days: readonly string[]): readonly Column<FleetProject>[] {
  return [
    {
      id: "name",
      label: "Project",
      value: ({ name }) => name,
      show: ({ id, name, flags }) => (
        <span className="flex min-w-32 flex-col items-start gap-0.5">
          <Link
            to="/projects/$projectId"
            params={{ projectId: id }}
            title={id}
            className="font-medium break-words hover:text-accent hover:underline"
          >
            {name}
          </Link>
          {flags.map((flag) => (
            <Flag key={flag.metric} flag={flag} />
          ))}
        </span>
      ),
    },
    { id: "id", label: "Id", value: ({ id }) => id, show: ({ id }) => <ShortId id={id} />, wide: true },
    {
      id: "trend",
      label: `Events, ${days.length} days`,
      value: ({ sparkline }) => sparkline.events.join(" "),
      show: ({ sparkline, name }) => <Sparkline values={sparkline.events} kind="count" label={`Events of ${name}`} />,
      wide: true,
    },
    {
      id: "events",
      label: "Events",
      kind: "count",
      value: ({ events }) => events,
      show: ({ events, before }) => (
        <span className="inline-flex flex-col items-end">
          <Quantity kind="count" value={events} />
          <Change now={events} before={before.events} rise="good" />
        </span>
      ),
    },
    { id: "users", label: "Active users", kind: "count", value: ({ activeUsers }) => activeUsers, wide: true },
    {
      id: "cost",
      label: "Cost",
      kind: "money",
      value: ({ cost }) => cost,
      show: ({ cost, before }) => (
        <span className="inline-flex flex-col items-end">
          <Quantity kind="money" value={cost} />
          <Change now={cost} before={before.cost} rise="bad" />
        </span>
      ),
    },
    {
      id: "per-user",
      label: "Per user",
      kind: "money",
      value: ({ costPerActiveUser }) => costPerActiveUser,
      wide: true,
    },
    { id: "generations", label: "Generations", kind: "count", value: ({ generations }) => generations, wide: true },
    { id: "builds", label: "Builds", kind: "count", value: ({ builds }) => builds, wide: true },
    { id: "failed", label: "Failed", kind: "percent", value: ({ failureRate }) => failureRate, wide: true },
  ];
}

function ShortId({ id }: { id: string }) {
  return (
    <span title={id} className="block max-w-28 truncate text-muted">
      {id}
    </span>
  );
}

function Change({ now, before, rise }: { now: number; before: number; rise: "good" | "bad" }) {
  const change = changeOf(now, before);
  return change === null ? null : <Trend change={change} rise={rise} />;
}

function Flag({ flag: { metric, direction, score } }: { flag: FleetFlag }) {
  const what = metric === "cost" ? "cost" : "failures";
  return (
    <span title={`${Math.abs(score)} standard deviations from the others`}>
      <Badge look={direction === "high" ? "warn" : "accent"}>
        {direction === "high" ? "high" : "low"} {what}
      </Badge>
    </span>
  );
}
