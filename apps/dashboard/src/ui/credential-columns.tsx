import type { ReactNode } from "react";
import { Badge } from "./badge";
import type { Column } from "./data-table";
import { Moment } from "./moment";

/** What keys and tokens have in common: never more of the secret than how it begins. */
type Credential = {
  name: string;
  prefix: string;
  scopes: readonly string[];
  createdAt: string;
  lastUsedAt: string | null;
  revokedAt: string | null;
};

/** The columns of a table of keys or tokens; `actions` are the buttons of one that still holds. */
export function credentialColumns<Row extends Credential>(
  label: string,
  actions: (row: Row) => ReactNode,
): readonly Column<Row>[] {
  return [
    {
      id: "name",
      label,
      value: ({ name }) => name,
      show: ({ name, prefix }) => (
        <span className="flex flex-col">
          <span className="font-medium break-words">{name === "" ? "no name" : name}</span>
          <code className="text-xs text-muted">{prefix}…</code>
        </span>
      ),
    },
    {
      id: "scopes",
      label: "May",
      value: ({ scopes }) => scopes.join(", "),
      show: ({ scopes, revokedAt }) => (
        <span className="flex flex-wrap gap-1">
          {revokedAt === null ? (
            scopes.map((scope) => (
              <Badge key={scope} look={scope === "admin" ? "warn" : "neutral"}>
                {scope}
              </Badge>
            ))
          ) : (
            <Badge look="bad">revoked</Badge>
          )}
        </span>
      ),
    },
    {
      id: "used",
      label: "Last used",
      value: ({ lastUsedAt }) => lastUsedAt,
      show: ({ lastUsedAt }) =>
        lastUsedAt === null ? <span className="text-muted">never</span> : <Moment at={lastUsedAt} ago />,
      wide: true,
    },
    {
      id: "created",
      label: "Made",
      value: ({ createdAt }) => createdAt,
      show: ({ createdAt }) => <Moment at={createdAt} />,
      wide: true,
    },
    {
      id: "do",
      label: "Actions",
      actions: true,
      sortable: false,
      value: () => null,
      show: (row) => row.revokedAt === null && <span className="flex justify-end gap-1">{actions(row)}</span>,
    },
  ];
}
