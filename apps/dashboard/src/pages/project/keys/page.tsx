import type { Key } from "@mobigen/analytics-contract";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { keysQuery } from "../../../api/keys";
import { useProjectId } from "../../../app/use-project-id";
import { Page } from "../../../layout/page";
import { Button } from "../../../ui/button";
import { Card } from "../../../ui/card";
import { credentialColumns } from "../../../ui/credential-columns";
import { DataTable } from "../../../ui/data-table";
import { Loaded } from "../../../ui/loaded";
import { EmptyState } from "../../../ui/states";
import { NewKeyDialog } from "./new-key-dialog";
import { RevokeDialog } from "./revoke-dialog";

type Asked = { kind: "none" } | { kind: "new" } | { kind: "rotate"; key: Key } | { kind: "revoke"; key: Key };

/** What an app sends its events with, and what its owner reads with. */
export function KeysPage() {
  const projectId = useProjectId();
  const keys = useQuery(keysQuery(projectId));
  const [asked, setAsked] = useState<Asked>({ kind: "none" });
  const close = (): void => setAsked({ kind: "none" });
  return (
    <Page
      title="Keys"
      hint="What the app sends its events with, and what its owner reads with."
      hasPeriod={false}
      actions={
        <Button look="primary" onClick={() => setAsked({ kind: "new" })}>
          <Plus aria-hidden="true" className="size-4" /> New key
        </Button>
      }
    >
      <Card flush className="pt-3">
        <Loaded query={keys} empty={{ when: ({ items }) => items.length === 0, show: <NoKeys /> }}>
          {({ items }) => (
            <DataTable
              name="Keys"
              rows={items}
              keyOf={({ id }) => id}
              sort="-created"
              columns={credentialColumns<Key>("Key", (key) => (
                <>
                  <Button
                    look="quiet"
                    aria-label={`Rotate ${key.prefix}`}
                    onClick={() => setAsked({ kind: "rotate", key })}
                  >
                    Rotate
                  </Button>
                  <Button
                    look="quiet"
                    aria-label={`Revoke ${key.prefix}`}
                    onClick={() => setAsked({ kind: "revoke", key })}
                  >
                    Revoke
                  </Button>
                </>
              ))}
            />
          )}
        </Loaded>
      </Card>
      {asked.kind === "new" && <NewKeyDialog onClose={close} />}
      {asked.kind === "rotate" && <NewKeyDialog replaces={asked.key} onClose={close} />}
      {asked.kind === "revoke" && <RevokeDialog apiKey={asked.key} onClose={close} />}
    </Page>
  );
}

function NoKeys() {
  return <EmptyState title="There are no keys yet">Make one that may ingest, and build it into the app.</EmptyState>;
}
