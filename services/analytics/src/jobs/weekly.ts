import type { WeeklyReports } from "../reports/weekly-reports.js";
import type { JobStep, JobWindow } from "./job.js";

export type WeeklyDeps = { reports: Pick<WeeklyReports, "sendWeek" | "read"> };

/** What a week's end asks for, in this order. */
export function weeklySteps({ reports }: WeeklyDeps): readonly JobStep[] {
  return [
    { name: "trends", run: ({ window }) => sumUp(reports, window) },
    {
      name: "reports",
      run: ({ window, now, signal }) => reports.sendWeek({ windowEnd: window.end, now, signal }),
    },
  ];
}

/** The platform's totals of the last whole week, Monday to Sunday, beside those of the week before, kept with the run. */
async function sumUp({ read }: WeeklyDeps["reports"], window: JobWindow) {
  const { weeks, totals } = await read("platform", null, "UTC", window.end);
  return {
    from: new Date(weeks.week.from).toISOString(),
    to: new Date(weeks.week.to).toISOString(),
    totals: Object.fromEntries(totals),
  };
}
