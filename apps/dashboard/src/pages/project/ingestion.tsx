import type { IngestionLedger } from "@mobigen/analytics-contract";
import { useQuery } from "@tanstack/react-query";
import { ingestionQuery } from "../../api/ingestion";
import { useProjectId } from "../../app/use-project-id";
import { usePageWindow } from "../../app/use-window";
import { ChartCard } from "../../charts/chart-card";
import { write } from "../../format/quantity";
import { Page } from "../../layout/page";
import { Badge } from "../../ui/badge";
import { BarList } from "../../ui/bar-list";
import { Card } from "../../ui/card";
import { DataTable } from "../../ui/data-table";
import { Loaded } from "../../ui/loaded";
import { StatCard, StatRow } from "../../ui/stat-card";
import { EmptyState } from "../../ui/states";
import { NoEvents } from "./no-events";

/** What became of every event that the app sent: nothing is lost in silence. */
export function IngestionPage() {
  const projectId = useProjectId();
  const { query } = usePageWindow();
  const ledger = useQuery(ingestionQuery(projectId, query));
  return (
    <Page title="Ingestion" hint="What became of every event that was sent, by the time it was received.">
      <Loaded query={ledger} empty={{ when: ({ totals }) => totals.received === 0, show: <NoEvents /> }}>
        {(data) => (
          <>
            <Totals ledger={data} />
            <div className="grid items-start gap-4 lg:grid-cols-3">
              <div className="min-w-0 lg:col-span-2">
                <ByDayChart ledger={data} />
              </div>
              <Reasons ledger={data} />
            </div>
            <ByDayTable ledger={data} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Totals({ ledger: { totals, balanced } }: { ledger: IngestionLedger }) {
  const part = (count: number): string =>
    `${write("percent", totals.received === 0 ? 0 : (count / totals.received) * 100).short} of those received`;
  return (
    <StatRow>
      <StatCard
        label="Received"
        kind="count"
        value={totals.received}
        note={balanced ? <Badge look="good">balanced</Badge> : <Badge look="bad">does not add up</Badge>}
      />
      <StatCard label="Stored" kind="count" value={totals.stored} note={part(totals.stored)} />
      <StatCard label="Duplicates" kind="count" value={totals.duplicates} note="accepted, and stored before" />
      <StatCard label="Rejected" kind="count" value={totals.rejected} note={part(totals.rejected)} />
    </StatRow>
  );
}

function ByDayChart({ ledger }: { ledger: IngestionLedger }) {
  return (
    <ChartCard
      title="Events received"
      hint="by day"
      look="stacked"
      kind="count"
      granularity="day"
      series={[
        { id: "stored", label: "Stored", color: 2 },
        { id: "duplicates", label: "Duplicates", color: 8 },
        { id: "rejected", label: "Rejected", color: 4 },
      ]}
      points={ledger.byDay.map(({ date, stored, duplicates, rejected }) => ({
        at: date,
        values: { stored, duplicates, rejected },
      }))}
    />
  );
}

function Reasons({ ledger: { byReason, totals } }: { ledger: IngestionLedger }) {
  const reasons = Object.entries(byReason).toSorted(([, a], [, b]) => b - a);
  return (
    <Card title="Why events were rejected">
      {reasons.length === 0 ? (
        <EmptyState title="None was rejected" />
      ) : (
        <BarList
          kind="count"
          items={reasons.map(([reason, count]) => ({
            key: reason,
            label: reason.replaceAll("_", " "),
            value: count,
            share: (count / totals.rejected) * 100,
          }))}
        />
      )}
    </Card>
  );
}

function ByDayTable({ ledger: { byDay } }: { ledger: IngestionLedger }) {
  return (
    <Card flush className="pt-3">
      <DataTable
        name="Days"
        tools={<h2 className="text-sm font-semibold">Days</h2>}
        rows={byDay}
        keyOf={({ date }) => date}
        sort="-date"
        columns={[
          { id: "date", label: "Day", value: ({ date }) => date },
          { id: "received", label: "Received", kind: "count", value: ({ received }) => received },
          { id: "stored", label: "Stored", kind: "count", value: ({ stored }) => stored },
          { id: "duplicates", label: "Duplicates", kind: "count", value: ({ duplicates }) => duplicates, wide: true },
          { id: "rejected", label: "Rejected", kind: "count", value: ({ rejected }) => rejected },
        ]}
      />
    </Card>
  );
}
