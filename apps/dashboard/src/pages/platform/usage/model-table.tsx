import type { CostGroup, CostGroups } from "@mobigen/analytics-contract";
import { type Column, DataTable } from "../../../ui/data-table";
import { PartialNote } from "../../../ui/states";
import { TableTitle } from "../../../ui/table-title";

/** Each model with its calls and tokens. */
export function ModelTable({ groups: { items, nextCursor } }: { groups: CostGroups }) {
  return (
    <DataTable
      name="Models"
      tools={<TableTitle>Models</TableTitle>}
      rows={items}
      keyOf={({ key }) => key ?? ""}
      sort="-calls"
      columns={columns}
      footer={
        nextCursor !== null && (
          <div className="p-3">
            <PartialNote>These are the dearest {items.length}. The sums above have all.</PartialNote>
          </div>
        )
      }
    />
  );
}

const columns: readonly Column<CostGroup>[] = [
  {
    id: "model",
    label: "Model",
    value: ({ key }) => key,
    show: ({ key }) => <span className="font-medium break-words">{key}</span>,
  },
  { id: "calls", label: "Calls", kind: "count", value: ({ requests }) => requests },
  {
    id: "failed",
    label: "Failed",
    kind: "percent",
    value: ({ failedRequests, requests }) => (requests === 0 ? null : (failedRequests / requests) * 100),
  },
  { id: "input", label: "Input tokens", kind: "tokens", value: ({ inputTokens }) => inputTokens },
  { id: "output", label: "Output tokens", kind: "tokens", value: ({ outputTokens }) => outputTokens, wide: true },
  { id: "read", label: "Cache read", kind: "tokens", value: ({ cacheReadTokens }) => cacheReadTokens, wide: true },
  { id: "write", label: "Cache write", kind: "tokens", value: ({ cacheWriteTokens }) => cacheWriteTokens, wide: true },
  { id: "reason", label: "Reasoning", kind: "tokens", value: ({ reasoningTokens }) => reasoningTokens, wide: true },
];
