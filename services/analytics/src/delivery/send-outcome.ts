/** `failed`: worth another try. `refused`: it will never be taken. */
export type SendOutcome = { kind: "sent" } | { kind: "failed" | "refused"; reason: string };

/** No attempt takes longer. */
export const sendDeadlineMs = 30_000;

/** What a receiver said, for a log and a row: one line, bounded. */
export function toReason(text: string): string {
  const maxLength = 500;
  return text.replace(/\s+/g, " ").trim().slice(0, maxLength);
}
