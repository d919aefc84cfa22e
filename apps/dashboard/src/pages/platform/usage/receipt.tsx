import type { UsageReceipt } from "@mobigen/analytics-contract";
import { write } from "../../../format/quantity";
import { Badge } from "../../../ui/badge";
import { Fact, Facts } from "../../../ui/facts";
import { Moment } from "../../../ui/moment";
import { Quantity } from "../../../ui/quantity";
import { Scroller } from "../../../ui/scroller";
import { PartialNote } from "../../../ui/states";

const parts = {
  input: "Input",
  cacheRead: "Input from a cache",
  cacheWrite: "Written to a cache",
  cacheWrite1h: "Written to a cache for an hour",
  output: "Output",
};

const standIns = { provider: "provider", service_tier: "service tier", cache: "cache" };

/** A call with its price, and the sum as it was reckoned. */
export function Receipt({ receipt }: { receipt: UsageReceipt }) {
  const { price, cost, estimates } = receipt;
  return (
    <div className="grid gap-6 lg:grid-cols-5">
      <div className="lg:col-span-2">
        <Facts>
          <Fact label="Made">
            <Moment at={receipt.timestamp} />
          </Fact>
          <Fact label="Model">{receipt.model}</Fact>
          <Fact label="User">{receipt.userId}</Fact>
          <Fact label="Project">{receipt.projectId}</Fact>
          <Fact label="Feature">{receipt.feature}</Fact>
          <Fact label="Tags">{receipt.tags.join(", ")}</Fact>
          <Fact label="Status">{receipt.status}</Fact>
          <Fact label="Took">{receipt.durationMs === null ? null : write("duration", receipt.durationMs).short}</Fact>
          <Fact label="Price">
            {price === null ? (
              <Badge look="warn">none yet</Badge>
            ) : (
              `${price.model}, ${price.provider ?? "any provider"}, ${price.serviceTier} (${price.source})`
            )}
          </Fact>
        </Facts>
      </div>
      <div className="flex min-w-0 flex-col gap-3 lg:col-span-3">
        <Scroller label="Parts of the cost" className="overflow-x-auto">
          <table className="w-full text-sm">
            <thead className="text-xs text-muted">
              <tr>
                <Head>Part</Head>
                <Head number>Tokens</Head>
                <Head number>A million</Head>
                <Head number>Cost</Head>
              </tr>
            </thead>
            <tbody>
              {receipt.parts.map(({ part, tokens, perMillion, cost: amount, estimated }) => (
                <tr key={part} className="border-t border-line">
                  <th scope="row" className="py-1.5 pr-3 text-left font-normal">
                    {parts[part]} {estimated && <Badge look="warn">estimated</Badge>}
                  </th>
                  <td className="py-1.5 pl-3 text-right tabular-nums">{write("count", tokens).exact}</td>
                  <td className="py-1.5 pl-3 text-right tabular-nums">{write("money", perMillion).exact}</td>
                  <td className="py-1.5 pl-3 text-right tabular-nums">{write("money", amount).exact}</td>
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr className="border-t border-strong-line font-semibold">
                <th scope="row" colSpan={3} className="py-1.5 pr-3 text-left">
                  Total
                </th>
                <td className="py-1.5 pl-3 text-right tabular-nums">
                  {cost.totalCost === null ? (
                    <Quantity kind="money" value={null} />
                  ) : (
                    write("money", cost.totalCost).exact
                  )}
                </td>
              </tr>
            </tfoot>
          </table>
        </Scroller>
        {estimates.length > 0 && (
          <PartialNote>
            The price is not the call’s own in its {estimates.map((one) => standIns[one]).join(", ")}.
          </PartialNote>
        )}
      </div>
    </div>
  );
}

function Head({ number = false, children }: { number?: boolean; children: string }) {
  return (
    <th scope="col" className={number ? "pb-1.5 pl-3 text-right font-medium" : "pr-3 pb-1.5 text-left font-medium"}>
      {children}
    </th>
  );
}
