import type { Token } from "@mobigen/analytics-contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { revokeToken, tokensQuery } from "../../../api/tokens";
import { usePages } from "../../../app/use-pages";
import { Page } from "../../../layout/page";
import { Button } from "../../../ui/button";
import { Card } from "../../../ui/card";
import { ConfirmDialog } from "../../../ui/confirm-dialog";
import { credentialColumns } from "../../../ui/credential-columns";
import { DataTable } from "../../../ui/data-table";
import { Loaded } from "../../../ui/loaded";
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
              columns={credentialColumns<Token>("Token", (token) => (
                <Button
                  look="quiet"
                  aria-label={`Revoke ${token.name}`}
                  onClick={() => setAsked({ kind: "revoke", token })}
                >
                  Revoke
                </Button>
              ))}
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
