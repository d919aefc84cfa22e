import { explain } from "./states";

/** Why something that was tried did not work; nothing without an error. */
export function FailureNote({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  return (
    <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-xs text-bad">
      {explain(error)}
    </p>
  );
}
