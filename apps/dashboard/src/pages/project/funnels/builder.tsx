import { Plus } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { useParam, useSetParams } from "../../../app/use-window";
import { Button } from "../../../ui/button";
import { Card } from "../../../ui/card";
import { Choice } from "../../../ui/choice";
import { SelectField } from "../../../ui/field";
import { type DraftStep, draftOf, emptyStep, stepsOf } from "./draft";
import { StepEditor } from "./step-editor";
import { writeSteps } from "./steps-text";
import { breakdowns, type Definition, units, withins } from "./use-definition";

const fewestSteps = 2;
const mostSteps = 8;

/** The steps, to be chosen and put in order. They are asked with once that is said, not at each change. */
export function Builder({ definition }: { definition: Definition }) {
  const [draft, setDraft] = useDraft(definition);
  const setParams = useSetParams();
  const list = useRef<HTMLOListElement>(null);
  const steps = stepsOf(draft);
  const isNew = steps !== null && writeSteps(steps) !== writeSteps(definition.steps);

  function change(step: DraftStep): void {
    setDraft(draft.map((one) => (one.id === step.id ? step : one)));
  }

  function move(from: number, to: number): void {
    const [step] = draft.slice(from, from + 1);
    if (step === undefined) return;
    setDraft(draft.toSpliced(from, 1).toSpliced(to, 0, step));
    // The browser lets go of the button that moves with its row.
    const label = to < from ? "up" : "down";
    requestAnimationFrame(() => {
      const row = list.current?.children[to];
      const button = row?.querySelector<HTMLButtonElement>(`button[data-move=${label}]:enabled`);
      (button ?? row?.querySelector<HTMLButtonElement>("button[data-move]:enabled"))?.focus();
    });
  }

  function show(event: FormEvent): void {
    event.preventDefault();
    if (steps !== null) setParams({ steps: writeSteps(steps) });
  }

  return (
    <Card title="Steps in their order" hint="other events may lie between them" actions={<Settings />}>
      <form onSubmit={show} className="flex flex-col gap-3">
        <ol ref={list} className="flex flex-col gap-2">
          {draft.map((step, place) => (
            <StepEditor
              key={step.id}
              step={step}
              place={place}
              count={draft.length}
              onChange={change}
              onMove={(to) => move(place, to)}
              {...(draft.length > fewestSteps
                ? { onRemove: () => setDraft(draft.filter(({ id }) => id !== step.id)) }
                : {})}
            />
          ))}
        </ol>
        <div className="flex flex-wrap items-center justify-between gap-2">
          <Button
            look="quiet"
            disabled={draft.length >= mostSteps}
            onClick={() => setDraft([...draft, emptyStep()])}
            title={draft.length >= mostSteps ? `A funnel has at most ${mostSteps} steps` : undefined}
          >
            <Plus aria-hidden="true" className="size-4" /> Add a step
          </Button>
          <Button look="primary" type="submit" disabled={!isNew}>
            Show the funnel
          </Button>
        </div>
      </form>
    </Card>
  );
}

function Settings() {
  const [within, setWithin] = useParam("within", "7d");
  const [unit, setUnit] = useParam("unit", "actors");
  const [breakdown, setBreakdown] = useParam("by");
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Choice label="Counted" options={units} value={unit === "sessions" ? "sessions" : "actors"} onChange={setUnit} />
      <SelectField
        label="From the first step to the last"
        hideLabel
        className="w-40"
        value={within}
        onChange={(event) => setWithin(event.target.value)}
        options={withins}
      />
      <SelectField
        label="Breakdown"
        hideLabel
        className="w-40"
        value={breakdown}
        onChange={(event) => setBreakdown(event.target.value)}
        options={breakdowns}
      />
    </div>
  );
}

/** What is being written; it follows the URL when that changes elsewhere: by a link, or the way back. */
function useDraft(definition: Definition): [readonly DraftStep[], (draft: readonly DraftStep[]) => void] {
  const [draft, setDraft] = useState<readonly DraftStep[]>(() => startOf(definition));
  const [followed, setFollowed] = useState(definition.steps);
  if (followed !== definition.steps) {
    setFollowed(definition.steps);
    const steps = stepsOf(draft);
    if (steps === null || writeSteps(steps) !== writeSteps(definition.steps)) setDraft(startOf(definition));
  }
  return [draft, setDraft];
}

function startOf({ steps }: Definition): DraftStep[] {
  const draft = draftOf(steps);
  while (draft.length < fewestSteps) draft.push(emptyStep());
  return draft;
}
