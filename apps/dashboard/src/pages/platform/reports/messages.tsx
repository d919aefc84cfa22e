import type { Message, MessageState } from "@mobigen/analytics-contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { messagesQuery, resendMessage } from "../../../api/reports";
import { usePages } from "../../../app/use-pages";
import { useParam } from "../../../app/use-window";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { Card } from "../../../ui/card";
import { Choice } from "../../../ui/choice";
import { type Column, DataTable } from "../../../ui/data-table";
import { FailureNote } from "../../../ui/failure-note";
import { Loaded } from "../../../ui/loaded";
import { Moment } from "../../../ui/moment";
import { MoreButton } from "../../../ui/more-button";
import { EmptyState } from "../../../ui/states";

const states: readonly { value: MessageState | "all"; label: string }[] = [
  { value: "all", label: "All" },
  { value: "waiting", label: "Waiting" },
  { value: "delivered", label: "Delivered" },
  { value: "gave_up", label: "Given up" },
];
const looks = { waiting: "accent", delivered: "good", gave_up: "bad" } as const;
const labels = { waiting: "waiting", delivered: "delivered", gave_up: "given up" };

/** Reports and alerts of budgets, and whether they arrived. */
export function Messages() {
  const [text, setState] = useParam("state", "all");
  const state = states.find(({ value }) => value === text)?.value ?? "all";
  const messages = usePages(messagesQuery(state === "all" ? undefined : state));
  const client = useQueryClient();
  const resending = useMutation({
    mutationFn: resendMessage,
    onSuccess: () => client.invalidateQueries({ queryKey: ["messages"] }),
  });
  const choice = <Choice label="Which messages" options={states} value={state} onChange={setState} />;
  return (
    <Card title="Messages" hint="Reports and alerts of budgets, and whether they arrived" flush>
      {resending.isError && (
        <div className="px-4 pb-3">
          <FailureNote error={resending.error} />
        </div>
      )}
      <Loaded
        query={messages}
        empty={{
          when: ({ items }) => items.length === 0,
          show: (
            <>
              <div className="px-4">{choice}</div>
              <EmptyState title={state === "all" ? "Nothing was sent yet" : "There are no such messages"} />
            </>
          ),
        }}
      >
        {({ items }) => (
          <DataTable
            name="Messages sent"
            prefix="messages-"
            tools={choice}
            rows={items}
            keyOf={({ id }) => id}
            columns={columns((id) => resending.mutate(id))}
            footer={<MoreButton pages={messages} />}
          />
        )}
      </Loaded>
    </Card>
  );
}

function columns(onResend: (id: string) => void): readonly Column<Message>[] {
  return [
    ...facts,
    {
      id: "do",
      label: "Actions",
      actions: true,
      sortable: false,
      value: () => null,
      show: ({ id, state, receiver }) =>
        state === "gave_up" && (
          <span className="flex justify-end">
            <Button look="quiet" aria-label={`Send again to ${receiver ?? "the log"}`} onClick={() => onResend(id)}>
              Send again
            </Button>
          </span>
        ),
    },
  ];
}

const facts: readonly Column<Message>[] = [
  {
    id: "subject",
    label: "Message",
    value: ({ subject, kind }) => subject ?? kind,
    show: ({ subject, kind, receiver, lastError, state }) => (
      <span className="flex min-w-40 flex-col">
        <span className="font-medium break-words">{subject ?? `A ${kind}`}</span>
        <span className="text-xs break-words text-muted">{receiver ?? "the service’s log"}</span>
        {lastError !== null && state !== "delivered" && (
          <span className="text-xs break-words text-bad">{lastError}</span>
        )}
      </span>
    ),
  },
  { id: "kind", label: "Kind", value: ({ kind }) => kind, wide: true },
  {
    id: "state",
    label: "State",
    value: ({ state }) => state,
    show: ({ state }) => <Badge look={looks[state]}>{labels[state]}</Badge>,
  },
  { id: "attempts", label: "Attempts", kind: "count", value: ({ attempts }) => attempts, wide: true },
  {
    id: "created",
    label: "Written",
    value: ({ createdAt }) => createdAt,
    show: ({ createdAt }) => <Moment at={createdAt} />,
    wide: true,
  },
  {
    id: "finished",
    label: "Ended, or next try",
    value: ({ finishedAt, nextAttemptAt }) => finishedAt ?? nextAttemptAt,
    show: ({ finishedAt, nextAttemptAt }) => <Moment at={finishedAt ?? nextAttemptAt} />,
    wide: true,
  },
];
