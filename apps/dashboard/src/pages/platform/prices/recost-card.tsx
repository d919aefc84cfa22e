import type { RecostReply } from "@mobigen/analytics-contract";
import { type FormEvent, useState } from "react";
import { Unreachable } from "../../../api/problem";
import { usePageWindow, useParam } from "../../../app/use-window";
import { dayEnd, dayStart } from "../../../layout/local-day";
import { Button } from "../../../ui/button";
import { Card } from "../../../ui/card";
import { ConfirmDialog } from "../../../ui/confirm-dialog";
import { FailureNote } from "../../../ui/failure-note";
import { TextField } from "../../../ui/field";
import { Quantity } from "../../../ui/quantity";
import { RecostDifference } from "./recost-difference";
import { type RecostQuestion, useRecost } from "./use-recost";

/** The past by the prices of today: first the difference, then, when asked twice, for good. */
export function RecostCard() {
  const { tz } = usePageWindow();
  const [model, setModel] = useParam("recost-model");
  const [first, setFirst] = useParam("recost-from");
  const [last, setLast] = useParam("recost-to");
  const trial = useRecost();
  const [tried, setTried] = useState<RecostQuestion | null>(null);
  const question: RecostQuestion = {
    ...(model.trim() === "" ? {} : { model: model.trim() }),
    ...(first === "" ? {} : { from: dayStart(first, tz) }),
    ...(last === "" ? {} : { to: dayEnd(last, tz) }),
  };
  // What was tried is what may be written, and nothing that was typed since.
  const isOfThis = tried !== null && JSON.stringify(tried) === JSON.stringify(question);

  function submit(event: FormEvent): void {
    event.preventDefault();
    setTried(question);
    trial.run.mutate({ question, dryRun: true });
  }

  return (
    <div id="recost">
      <Card
        title="Recost"
        hint="Prices calls of the past by the prices that hold now for their time. A dry run tells the difference; nothing changes before you confirm."
      >
        <form className="flex flex-wrap items-end gap-3" onSubmit={submit}>
          <TextField
            label="Model"
            placeholder="All models"
            maxLength={200}
            className="w-full sm:w-64"
            autoComplete="off"
            spellCheck={false}
            value={model}
            onChange={(event) => setModel(event.target.value)}
          />
          <TextField
            label="First day"
            type="date"
            className="grow sm:grow-0"
            value={first}
            onChange={(event) => setFirst(event.target.value)}
          />
          <TextField
            label="Last day"
            type="date"
            className="grow sm:grow-0"
            value={last}
            onChange={(event) => setLast(event.target.value)}
          />
          <Button type="submit" disabled={trial.run.isPending}>
            {trial.run.isPending ? "Counting…" : "Dry run"}
          </Button>
        </form>
        {trial.run.isPending && <Progress soFar={trial.soFar} onStop={trial.stop} />}
        {trial.run.isError && !isStopped(trial.run.error) && (
          <div className="mt-3">
            <FailureNote error={trial.run.error} />
          </div>
        )}
        {trial.run.isSuccess && isOfThis && <Outcome result={trial.run.data} question={question} />}
      </Card>
    </div>
  );
}

function Outcome({ result, question }: { result: RecostReply; question: RecostQuestion }) {
  const writing = useRecost();
  const [isAsking, setIsAsking] = useState(false);
  if (writing.run.isSuccess) {
    return (
      <p role="status" className="mt-4 rounded-md bg-good-soft px-3 py-2 text-good">
        Written: <Quantity kind="count" value={writing.run.data.records} /> calls have a new cost,{" "}
        <Quantity kind="money" value={writing.run.data.difference} /> different in all.
      </p>
    );
  }
  return (
    <div className="mt-4 border-t border-line pt-4">
      <RecostDifference
        result={result}
        action={
          <Button look="primary" disabled={writing.run.isPending} onClick={() => setIsAsking(true)}>
            Apply…
          </Button>
        }
      />
      {isAsking && (
        <ConfirmDialog
          title="Write the new costs?"
          action="Apply"
          isPending={writing.run.isPending}
          error={writing.run.error}
          onConfirm={() => writing.run.mutate({ question, dryRun: false })}
          onClose={() => setIsAsking(false)}
        >
          <Quantity kind="count" value={result.records} /> calls change from{" "}
          <Quantity kind="money" value={result.before} /> to <Quantity kind="money" value={result.after} />. Budgets,
          reports and charts are of the new costs at once. Interrupted, it can be repeated.
          {writing.run.isPending && <Progress soFar={writing.soFar} onStop={writing.stop} />}
        </ConfirmDialog>
      )}
    </div>
  );
}

function Progress({ soFar, onStop }: { soFar: RecostReply | null; onStop: () => void }) {
  return (
    <p role="status" className="mt-3 flex items-center gap-3 text-xs text-muted">
      <span>
        <Quantity kind="count" value={soFar?.scanned ?? 0} /> calls so far
      </span>
      <Button look="quiet" onClick={onStop}>
        Stop
      </Button>
    </p>
  );
}

/** Stopped while an answer was under way it is no answer; what stopped it is the cause then. */
function isStopped(error: unknown): boolean {
  const cause = error instanceof Unreachable ? error.cause : error;
  return cause instanceof DOMException && cause.name === "AbortError";
}
