import { costGroupsQuery } from "../../../api/costs";
import { useCompared } from "../../../app/use-compared";
import { Sparkline } from "../../../charts/sparkline";
import { write } from "../../../format/quantity";
import { Skeleton } from "../../../ui/skeleton";
import { StatCard, StatRow } from "../../../ui/stat-card";
import { ErrorState } from "../../../ui/states";
import { useActivity } from "./use-activity";

/** The four numbers that one comes for. */
export function Headline() {
  const costs = useCompared((window) => costGroupsQuery("model", window));
  const generations = useOutcome("generations", "generation_failures");
  const builds = useOutcome("builds", "build_failures");
  const [now, before] = [costs.now.data, costs.before.data];
  if (now === undefined && costs.now.isError) {
    return <ErrorState error={costs.now.error} onRetry={() => void costs.now.refetch()} />;
  }
  return (
    <StatRow>
      <StatCard
        label="Cost"
        kind="money"
        value={now?.totalCost}
        before={before?.totalCost}
        rise="bad"
        note={now && `${write("money", now.failedCost).short} of it for calls that failed`}
      />
      <StatCard
        label="Tokens"
        kind="tokens"
        value={now && now.inputTokens + now.outputTokens}
        before={before && before.inputTokens + before.outputTokens}
        note={now && `in ${write("count", now.requests).short} calls`}
        chart={<TokenLine />}
      />
      <StatCard label="Generations" kind="count" {...generations} />
      <StatCard label="Builds" kind="count" {...builds} />
    </StatRow>
  );
}

function TokenLine() {
  const { series } = useActivity("tokens");
  if (series === undefined) return <Skeleton className="h-6 w-24" />;
  return <Sparkline values={series.data.map(({ value }) => value ?? 0)} kind="tokens" label="Tokens over time" />;
}

function useOutcome(done: "generations" | "builds", failed: "generation_failures" | "build_failures") {
  const [good, bad] = [useActivity(done), useActivity(failed)];
  const ended = (good.total ?? 0) + (bad.total ?? 0);
  const isKnown = good.total !== undefined && bad.total !== undefined;
  const rate = !isKnown
    ? undefined
    : ended === 0
      ? "none ended"
      : `${write("percent", ((good.total ?? 0) / ended) * 100).short} succeeded`;
  return { value: good.error === null ? good.total : null, before: good.before, rise: "good" as const, note: rate };
}
