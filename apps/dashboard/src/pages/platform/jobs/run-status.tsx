import type { JobRun } from "@mobigen/analytics-contract";
import { Badge } from "../../../ui/badge";

const looks = { running: "accent", done: "good", failed: "bad", abandoned: "warn", stopped: "neutral" } as const;
const meanings = {
  running: "It runs now.",
  done: "Everything was done.",
  failed: "A step failed; it is tried again.",
  abandoned: "Its process was killed; another takes the window over.",
  stopped: "Its process was asked to end.",
};

export function RunStatus({ run: { status } }: { run: JobRun }) {
  return (
    <span title={meanings[status]}>
      <Badge look={looks[status]}>{status}</Badge>
    </span>
  );
}
