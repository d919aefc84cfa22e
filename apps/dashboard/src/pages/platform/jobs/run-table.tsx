import type { JobRun } from "@mobigen/analytics-contract";
import { type ReactNode, useState } from "react";
import { jobRunsQuery } from "../../../api/jobs";
import { usePages } from "../../../app/use-pages";
import { Button } from "../../../ui/button";
import { Card } from "../../../ui/card";
import { type Column, DataTable } from "../../../ui/data-table";
import { Loaded } from "../../../ui/loaded";
import { Moment } from "../../../ui/moment";
import { MoreButton } from "../../../ui/more-button";
import { EmptyState } from "../../../ui/states";
import { RunDialog } from "./run-dialog";
import { RunStatus } from "./run-status";

/** A job's runs, the latest windows first. */
export function RunTable({ job, tools }: { job: string; tools: ReactNode }) {
  const runs = usePages(jobRunsQuery(job));
  const [shown, setShown] = useState<JobRun | null>(null);
  return (
    <Card flush className="pt-3">
      <Loaded
        query={runs}
        empty={{
          when: ({ items }) => items.length === 0,
          show: (
            <>
              <div className="px-4">{tools}</div>
              <EmptyState title="It has not run yet">
                A job runs when its window ends; <code>pnpm analytics jobs run</code> runs one by hand.
              </EmptyState>
            </>
          ),
        }}
      >
        {({ items }) => (
          <DataTable
            name="Runs"
            tools={tools}
            rows={items}
            keyOf={({ windowStart, attempt, startedAt }) => `${windowStart} ${attempt} ${startedAt}`}
            columns={columns(setShown)}
            footer={<MoreButton pages={runs} />}
          />
        )}
      </Loaded>
      {shown !== null && <RunDialog run={shown} onClose={() => setShown(null)} />}
    </Card>
  );
}

function columns(onShow: (run: JobRun) => void): readonly Column<JobRun>[] {
  return [
    {
      id: "window",
      label: "Window that ended",
      value: ({ windowEnd }) => windowEnd,
      show: ({ windowEnd }) => <Moment at={windowEnd} />,
    },
    { id: "status", label: "Outcome", value: ({ status }) => status, show: (run) => <RunStatus run={run} /> },
    { id: "attempt", label: "Attempt", kind: "count", value: ({ attempt }) => attempt, wide: true },
    { id: "took", label: "Took", kind: "duration", value: ({ durationMs }) => durationMs, wide: true },
    {
      id: "started",
      label: "Started",
      value: ({ startedAt }) => startedAt,
      show: ({ startedAt }) => <Moment at={startedAt} />,
      wide: true,
    },
    {
      id: "by",
      label: "By",
      value: ({ byHand, runner }) => (byHand ? `${runner}, by hand` : runner),
      show: ({ byHand, runner }) => (
        <span className="break-all">
          {runner}
          {byHand && <span className="text-muted"> by hand</span>}
        </span>
      ),
      wide: true,
    },
    {
      id: "do",
      label: "Actions",
      actions: true,
      sortable: false,
      value: () => null,
      show: (run) => (
        <span className="flex justify-end">
          <Button
            look="quiet"
            aria-label={`Steps of attempt ${run.attempt} at ${run.windowEnd}`}
            onClick={() => onShow(run)}
          >
            Steps
          </Button>
        </span>
      ),
    },
  ];
}
