import type { ReportSubscription } from "@mobigen/analytics-contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { changeSubscription, deleteSubscription, subscriptionsQuery } from "../../../api/reports";
import { mayDo, useCaller } from "../../../app/session";
import { usePages } from "../../../app/use-pages";
import { Page } from "../../../layout/page";
import { Button } from "../../../ui/button";
import { Card } from "../../../ui/card";
import { ConfirmDialog } from "../../../ui/confirm-dialog";
import { DataTable } from "../../../ui/data-table";
import { FailureNote } from "../../../ui/failure-note";
import { Loaded } from "../../../ui/loaded";
import { MoreButton } from "../../../ui/more-button";
import { EmptyState } from "../../../ui/states";
import { Messages } from "./messages";
import { SubscribeDialog } from "./subscribe-dialog";
import { subscriptionColumns } from "./subscription-columns";

type Asked = { kind: "none" } | { kind: "new" } | { kind: "remove"; subscription: ReportSubscription };

/** Who gets the weekly report, and what became of everything that was sent. */
export function ReportsPage() {
  const mayChange = mayDo(useCaller(), "admin");
  const subscriptions = usePages(subscriptionsQuery);
  const client = useQueryClient();
  const [asked, setAsked] = useState<Asked>({ kind: "none" });
  const close = (): void => setAsked({ kind: "none" });
  const pausing = useMutation({
    mutationFn: ({ id, state }: ReportSubscription) => changeSubscription(id, { paused: state === "active" }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["reports"] }),
  });
  return (
    <Page
      title="Reports"
      hint="Who gets the weekly report by mail, on Sundays at 00:00 UTC."
      hasPeriod={false}
      actions={
        mayChange && (
          <Button look="primary" onClick={() => setAsked({ kind: "new" })}>
            <Plus aria-hidden="true" className="size-4" /> Subscribe
          </Button>
        )
      }
    >
      <FailureNote error={pausing.error} />
      <Card flush className="pt-3">
        <Loaded query={subscriptions} empty={{ when: ({ items }) => items.length === 0, show: <NoSubscriptions /> }}>
          {({ items }) => (
            <DataTable
              name="Subscriptions"
              rows={items}
              keyOf={({ id }) => id}
              searchable
              columns={subscriptionColumns(
                mayChange
                  ? {
                      onPause: (subscription) => pausing.mutate(subscription),
                      onRemove: (subscription) => setAsked({ kind: "remove", subscription }),
                    }
                  : null,
              )}
              footer={<MoreButton pages={subscriptions} />}
            />
          )}
        </Loaded>
      </Card>
      {mayChange && <Messages />}
      {asked.kind === "new" && <SubscribeDialog onClose={close} />}
      {asked.kind === "remove" && <RemoveDialog subscription={asked.subscription} onClose={close} />}
    </Page>
  );
}

function NoSubscriptions() {
  return (
    <EmptyState title="Nobody gets a report yet">
      Subscribe an address to the platform’s week, a project’s or a user’s. How a report looks:{" "}
      <code>pnpm analytics reports preview</code>.
    </EmptyState>
  );
}

function RemoveDialog({ subscription, onClose }: { subscription: ReportSubscription; onClose: () => void }) {
  const client = useQueryClient();
  const removal = useMutation({
    mutationFn: () => deleteSubscription(subscription.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["reports"] });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={`Remove ${subscription.address}?`}
      action="Remove"
      isPending={removal.isPending}
      error={removal.error}
      onConfirm={() => removal.mutate()}
      onClose={onClose}
    >
      It gets no more reports of this kind, and a mail that waits is dropped.
      {subscription.state === "unsubscribed" && " Its receiver asked for that already."}
    </ConfirmDialog>
  );
}
