import { SelectField } from "../../ui/field";
import { useKnownEvents } from "./use-known-events";

/** Without a name: any of its type. */
export type ChosenEvent = { type: string; name: string | undefined };

export type EventSelectProps = {
  label: string;
  /** What it says where none is chosen. */
  none: string;
  /** One has to be chosen, and stays. */
  required?: boolean;
  className: string;
  event: ChosenEvent | null;
  onChoose: (event: ChosenEvent | null) => void;
};

/** One of the events that came in the page's period, by type. */
export function EventSelect({ label, none, required = false, className, event, onChoose }: EventSelectProps) {
  const known = useKnownEvents();
  const value = event === null ? "" : keyOf(event);
  const isKnown = known.some(
    ({ type, names }) => type === event?.type && (event.name === undefined || names.includes(event.name)),
  );
  return (
    <SelectField
      label={label}
      hideLabel
      className={className}
      value={value}
      onChange={({ target }) => onChoose(eventOf(target.value))}
    >
      {(!required || event === null) && (
        <option value="" disabled={required}>
          {none}
        </option>
      )}
      {event !== null && !isKnown && <option value={value}>{event.name ?? `Any ${event.type}`}</option>}
      {known.map(({ type, names }) => (
        <optgroup key={type} label={type}>
          {names.map((name) => (
            <option key={name} value={keyOf({ type, name })}>
              {name}
            </option>
          ))}
          <option value={keyOf({ type, name: undefined })}>Any {type}</option>
        </optgroup>
      ))}
    </SelectField>
  );
}

function keyOf({ type, name }: ChosenEvent): string {
  return JSON.stringify(name === undefined ? [type] : [type, name]);
}

function eventOf(key: string): ChosenEvent | null {
  if (key === "") return null;
  const [type, name] = JSON.parse(key) as [string, string?];
  return { type, name };
}
