import type { ReactNode } from "react";
import { classNames } from "./class-names";

const looks = {
  neutral: "bg-sunken text-muted",
  accent: "bg-accent-soft text-accent",
  good: "bg-good-soft text-good",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
};

export function Badge({ look = "neutral", children }: { look?: keyof typeof looks; children: ReactNode }) {
  return (
    <span
      className={classNames(
        "inline-flex items-center rounded px-1.5 py-0.5 text-xs font-medium whitespace-nowrap",
        looks[look],
      )}
    >
      {children}
    </span>
  );
}
