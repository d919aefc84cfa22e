import type { ActiveUsers } from "@mobigen/analytics-contract";
import { useQuery } from "@tanstack/react-query";
import { activeUsersQuery } from "../../api/insights";
import { useProjectId } from "../../app/use-project-id";
import { usePageWindow } from "../../app/use-window";
import { ChartCard } from "../../charts/chart-card";
import type { Point } from "../../charts/series";
import { Page } from "../../layout/page";
import { Loaded } from "../../ui/loaded";
import { StatCard, StatRow } from "../../ui/stat-card";
import { NoEvents } from "./no-events";

type Day = ActiveUsers["data"][number];

/** How many people use the app, and how often they come back. */
export function ActiveUsersPage() {
  const projectId = useProjectId();
  const { query } = usePageWindow();
  const users = useQuery(activeUsersQuery(projectId, query));
  return (
    <Page title="Active users" hint="Different users and installs of a day, of 7 days and of 30 days.">
      <Loaded
        query={users}
        empty={{ when: ({ data }) => data.every(({ monthly }) => monthly === 0), show: <NoEvents /> }}
      >
        {({ data }) => (
          <>
            <LastDay data={data} />
            <ChartCard
              title="Active users"
              hint="each day, and the 7 and 30 days that end with it"
              look="line"
              kind="count"
              granularity="day"
              height={280}
              series={[
                { id: "monthly", label: "30 days", color: 5 },
                { id: "weekly", label: "7 days", color: 2 },
                { id: "daily", label: "Day", color: 1 },
              ]}
              points={data.map((day) => pointOf(day, { daily: day.daily, weekly: day.weekly, monthly: day.monthly }))}
            />
            <ChartCard
              title="Stickiness"
              hint="of those active in 30 days, how many came on the day"
              look="line"
              kind="percent"
              granularity="day"
              height={200}
              series={[{ id: "stickiness", label: "Stickiness" }]}
              points={data.map((day) => pointOf(day, { stickiness: day.stickiness }))}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** Of the last day that is over, beside the same weekday a week before: a day has its own habits. */
function LastDay({ data }: { data: readonly Day[] }) {
  const whole = data.filter(({ partial }) => partial !== true);
  const [day, before] = [whole.at(-1) ?? data.at(-1), whole.at(-8)];
  return (
    <StatRow>
      <StatCard
        label="Day"
        kind="count"
        value={day?.daily ?? null}
        before={before?.daily}
        rise="good"
        note="the last whole day; change against a week before"
      />
      <StatCard label="7 days" kind="count" value={day?.weekly ?? null} before={before?.weekly} rise="good" />
      <StatCard label="30 days" kind="count" value={day?.monthly ?? null} before={before?.monthly} rise="good" />
      <StatCard
        label="Stickiness"
        kind="percent"
        value={day?.stickiness ?? null}
        before={before?.stickiness}
        rise="good"
      />
    </StatRow>
  );
}

function pointOf({ date, partial }: Day, values: Point["values"]): Point {
  return { at: date, partial, values };
}
