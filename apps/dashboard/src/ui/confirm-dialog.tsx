import { type ReactNode, useState } from "react";
import { Button } from "./button";
import { Dialog, DialogActions } from "./dialog";
import { FailureNote } from "./failure-note";
import { TextField } from "./field";

export type ConfirmDialogProps = {
  title: string;
  /** What the button does, in a word or two. */
  action: string;
  /** What will be lost. */
  children: ReactNode;
  /** Has to be typed first: for what can't be made good again. */
  typed?: string;
  isPending: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
};

/** Asks before something is lost. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, action, children, typed, isPending, error, onConfirm, onClose } = props;
  const [text, setText] = useState("");
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="text-muted">{children}</div>
      {typed !== undefined && (
        <TextField
          label={`Type ${typed} to confirm`}
          value={text}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      <FailureNote error={error} />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" disabled={isPending || (typed !== undefined && text !== typed)} onClick={onConfirm}>
          {isPending ? "One moment…" : action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
