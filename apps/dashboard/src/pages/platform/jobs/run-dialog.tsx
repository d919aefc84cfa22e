import type { JobRun } from "@mobigen/analytics-contract";
import { usePageWindow } from "../../../app/use-window";
import { writeDetail } from "../../../format/detail";
import { write } from "../../../format/quantity";
import { writeMoment } from "../../../format/time";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { Dialog, DialogActions } from "../../../ui/dialog";

/** What a run did, step by step. */
export function RunDialog({ run, onClose }: { run: JobRun; onClose: () => void }) {
  const { tz } = usePageWindow();
  return (
    <Dialog title={`The ${run.job} job of ${writeMoment(run.windowEnd, tz)}`} onClose={onClose}>
      {run.error !== null && <p className="rounded-md bg-bad-soft px-3 py-2 text-xs text-bad">{run.error}</p>}
      {run.steps.length === 0 ? (
        <p className="text-muted">No step has ended yet.</p>
      ) : (
        <ol className="max-h-96 divide-y divide-line overflow-y-auto rounded-md border border-line">
          {run.steps.map(({ step, ms, did = {}, error }) => (
            <li key={step} className="flex flex-col gap-1 px-3 py-2">
              <span className="flex items-center justify-between gap-2">
                <span className="font-medium">{step}</span>
                {error === undefined ? (
                  <span className="text-xs text-muted">{write("duration", ms).short}</span>
                ) : (
                  <Badge look="bad">failed</Badge>
                )}
              </span>
              <span className="text-xs break-words text-muted">{error ?? (writeDetail(did) || "nothing to do")}</span>
            </li>
          ))}
        </ol>
      )}
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </Dialog>
  );
}
