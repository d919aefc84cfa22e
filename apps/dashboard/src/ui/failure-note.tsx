import { faultsOf } from "../api/problem";
import { explain } from "./states";

type FailureNoteProps = {
  error: unknown;
  /** Names of the fields that tell their faults themselves. */
  fields?: readonly string[];
};

/** Why something that was tried did not work; nothing without an error. */
export function FailureNote({ error, fields = [] }: FailureNoteProps) {
  if (error === null || error === undefined) return null;
  const faults = Object.keys(faultsOf(error));
  const areMarked = faults.length > 0 && faults.every((name) => fields.includes(name));
  return (
    <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-xs text-bad">
      {areMarked ? "Some fields can’t be taken as they are: see the notes below them." : explain(error)}
    </p>
  );
}
