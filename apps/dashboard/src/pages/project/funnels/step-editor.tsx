import { ArrowDown, ArrowUp, ListFilter, Trash2 } from "lucide-react";
import { IconButton } from "../../../ui/button";
import { EventSelect } from "../event-select";
import { type DraftStep, emptyProperty } from "./draft";
import { PropertyEditor } from "./property-editor";

const mostProperties = 5;

export type StepEditorProps = {
  step: DraftStep;
  /** From 0. */
  place: number;
  count: number;
  onChange: (step: DraftStep) => void;
  onMove: (to: number) => void;
  /** Left out where fewer steps would be no funnel. */
  onRemove?: () => void;
};

/** One step: which event, and what must hold of it. */
export function StepEditor({ step, place, count, onChange, onMove, onRemove }: StepEditorProps) {
  const name = `Step ${place + 1}`;
  const { properties } = step;
  return (
    <li className="flex flex-col gap-2 rounded-md border border-line bg-page px-2 py-2">
      <div className="flex items-center gap-1.5">
        <span aria-hidden="true" className="w-6 shrink-0 text-center text-xs font-semibold text-muted tabular-nums">
          {place + 1}
        </span>
        <EventSelect
          label={`${name}: event`}
          none="Choose an event"
          required
          className="min-w-0 grow sm:max-w-md"
          event={step.type === "" ? null : step}
          onChoose={(event) => onChange({ ...step, ...(event ?? { type: "", name: undefined }) })}
        />
        <span className="ml-auto flex shrink-0">
          <IconButton
            label={`${name}: add a condition`}
            disabled={properties.length >= mostProperties}
            onClick={() => onChange({ ...step, properties: [...properties, emptyProperty()] })}
          >
            <ListFilter className="size-4" />
          </IconButton>
          <IconButton
            label={`${name}: move up`}
            data-move="up"
            disabled={place === 0}
            onClick={() => onMove(place - 1)}
            className="disabled:opacity-40"
          >
            <ArrowUp className="size-4" />
          </IconButton>
          <IconButton
            label={`${name}: move down`}
            data-move="down"
            disabled={place === count - 1}
            onClick={() => onMove(place + 1)}
            className="disabled:opacity-40"
          >
            <ArrowDown className="size-4" />
          </IconButton>
          {onRemove !== undefined && (
            <IconButton label={`${name}: remove`} onClick={onRemove}>
              <Trash2 className="size-4" />
            </IconButton>
          )}
        </span>
      </div>
      {properties.map((property, n) => (
        <PropertyEditor
          key={property.id}
          name={`${name}, condition ${n + 1}`}
          property={property}
          onChange={(changed) =>
            onChange({ ...step, properties: properties.map((one) => (one.id === changed.id ? changed : one)) })
          }
          onRemove={() => onChange({ ...step, properties: properties.filter(({ id }) => id !== property.id) })}
        />
      ))}
    </li>
  );
}
