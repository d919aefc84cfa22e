import type { CostGroups } from "@mobigen/analytics-contract";
import { write } from "../../../format/quantity";
import { StatCard, StatRow } from "../../../ui/stat-card";

type UsageTotalsProps = { now: CostGroups | undefined; before: CostGroups | undefined };

/** The sums of all calls. */
export function UsageTotals({ now, before }: UsageTotalsProps) {
  return (
    <StatRow>
      <StatCard
        label="Calls"
        kind="count"
        value={now?.requests}
        before={before?.requests}
        note={now && `${write("count", now.failedRequests).short} failed (${partOf(now.failedRequests, now.requests)})`}
      />
      <StatCard
        label="Input tokens"
        kind="tokens"
        value={now?.inputTokens}
        before={before?.inputTokens}
        note={
          now &&
          `${write("tokens", now.requests === 0 ? null : Math.round(now.inputTokens / now.requests)).short} a call`
        }
      />
      <StatCard
        label="Output tokens"
        kind="tokens"
        value={now?.outputTokens}
        before={before?.outputTokens}
        note={now && `${partOf(now.reasoningTokens, now.outputTokens)} of them reasoning`}
      />
      <StatCard
        label="Read from a cache"
        kind="tokens"
        value={now?.cacheReadTokens}
        before={before?.cacheReadTokens}
        rise="good"
        note={now && `${partOf(now.cacheReadTokens, now.inputTokens)} of the input`}
      />
    </StatRow>
  );
}

function partOf(part: number, whole: number): string {
  return write("percent", whole === 0 ? 0 : (part / whole) * 100).short;
}
