import type { Token } from "@mobigen/analytics-contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { revokeToken, tokensQuery } from "../../../api/tokens";
import { usePages } from "../../../app/use-pages";
import { Page } from "../../../layout/page";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { Card } from "../../../ui/card";
import { ConfirmDialog } from "../../../ui/confirm-dialog";
import { type Column, DataTable } from "../../../ui/data-table";
import { Loaded } from "../../../ui/loaded";
import { Moment } from "../../../ui/moment";
import { MoreButton } from "../../../ui/more-button";
import { EmptyState } from "../../../ui/states";
import { NewTokenDialog } from "./new-token-dialog";

type Asked = { kind: "none" } | { kind: "new" } | { kind: "revoke"; token: Token };

/** What the platform's own programs and people call the service with. */
export function TokensPage() {
  const tokens = usePages(tokensQuery);
  const [asked, setAsked] = useState<Asked>({ kind: "none" });
  const close = (): void => setAsked({ kind: "none" });
  return (
    <Page
      title="Tokens"
      hint="What programs and people call the service with. ADMIN_TOKEN is not among them."
      hasPeriod={false}
      actions={
        <Button look="primary" onClick={() => setAsked({ kind: "new" })}>
          <Plus aria-hidden="true" className="size-4" /> New token
        </Button>
      }
    >
      <Card flush className="pt-3">
        <Loaded
          query={tokens}
          empty={{
            when: ({ items }) => items.length === 0,
            show: (
              <EmptyState title="There are no tokens yet">
                Give each program one of its own, with no more rights than it needs.
              </EmptyState>
            ),
          }}
        >
          {({ items }) => (
            <DataTable
              name="Tokens"
              rows={items}
              keyOf={({ id }) => id}
              searchable
              columns={columns((token) => setAsked({ kind: "revoke", token }))}
              footer={<MoreButton pages={tokens} />}
            />
          )}
        </Loaded>
      </Card>
      {asked.kind === "new" && <NewTokenDialog onClose={close} />}
      {asked.kind === "revoke" && <RevokeDialog token={asked.token} onClose={close} />}
    </Page>
  );
}

function RevokeDialog({ token, onClose }: { token: Token; onClose: () => void }) {
  const client = useQueryClient();
  const revocation = useMutation({
    mutationFn: () => revokeToken(token.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["tokens"] });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={`Revoke ${token.name}?`}
      action="Revoke"
      isPending={revocation.isPending}
      error={revocation.error}
      onConfirm={() => revocation.mutate()}
      onClose={onClose}
    >
      Whoever uses this token ({token.prefix}…) is refused within ten seconds, and signed out of these pages. A revoked
      token can’t be brought back.
    </ConfirmDialog>
  );
}

function columns(onRevoke: (token: Token) => void): readonly Column<Token>[] {
  return [
    {
      id: "name",
      label: "Token",
      value: ({ name }) => name,
      show: ({ name, prefix }) => (
        <span className="flex flex-col">
          <span className="font-medium break-words">{name}</span>
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
      show: (token) =>
        token.revokedAt === null && (
          <span className="flex justify-end">
            <Button look="quiet" aria-label={`Revoke ${token.name}`} onClick={() => onRevoke(token)}>
              Revoke
            </Button>
          </span>
        ),
    },
  ];
}
