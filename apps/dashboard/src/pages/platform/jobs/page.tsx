import type { JobOverview } from "@mobigen/analytics-contract";
import { useQuery } from "@tanstack/react-query";
import { jobsQuery } from "../../../api/jobs";
import { useParam } from "../../../app/use-window";
import { Page } from "../../../layout/page";
import { Choice } from "../../../ui/choice";
import { Loaded } from "../../../ui/loaded";
import { Moment } from "../../../ui/moment";
import { PartialNote } from "../../../ui/states";
import { RunStatus } from "./run-status";
import { RunTable } from "./run-table";

type JobName = JobOverview["jobs"][number]["name"];

const choices: readonly { value: JobName; label: string }[] = [
  { value: "hourly", label: "Hourly" },
  { value: "daily", label: "Daily" },
  { value: "weekly", label: "Weekly" },
];

/** What the service does by the clock, and whether it was done. */
export function JobsPage() {
  const jobs = useQuery(jobsQuery);
  const [job, setJob] = useParam("job", "hourly");
  const chosen = choices.find(({ value }) => value === job)?.value ?? "hourly";
  return (
    <Page title="Jobs" hint="What the service does by the clock, and whether it was done." hasPeriod={false}>
      <Loaded query={jobs}>
        {({ enabled, jobs: all }) => (
          <>
            {!enabled && (
              <PartialNote>
                The replica that answers runs no jobs (ENABLE_CRON is off). Another one may, or somebody by hand.
              </PartialNote>
            )}
            <ul className="grid gap-3 md:grid-cols-3">
              {all.map((one) => (
                <JobCard key={one.name} job={one} />
              ))}
            </ul>
          </>
        )}
      </Loaded>
      <RunTable
        key={chosen}
        job={chosen}
        tools={<Choice label="Runs of which job" options={choices} value={chosen} onChange={setJob} />}
      />
    </Page>
  );
}

function JobCard({ job: { name, cron, nextAt, lastRun } }: { job: JobOverview["jobs"][number] }) {
  return (
    <li className="flex min-w-0 flex-col gap-2 rounded-lg border border-line bg-surface px-4 py-3.5 shadow-card">
      <div className="flex items-center justify-between gap-2">
        <h2 className="font-semibold capitalize">{name}</h2>
        {lastRun === null ? <span className="text-xs text-muted">never ran</span> : <RunStatus run={lastRun} />}
      </div>
      <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1 text-xs">
        <dt className="text-muted">Last</dt>
        <dd className="text-right">
          <Moment at={lastRun?.startedAt ?? null} ago />
        </dd>
        <dt className="text-muted">Next</dt>
        <dd className="text-right">
          <Moment at={nextAt} ago />
        </dd>
        <dt className="text-muted">Cron, in UTC</dt>
        <dd className="text-right">
          <code>{cron}</code>
        </dd>
      </dl>
    </li>
  );
}
