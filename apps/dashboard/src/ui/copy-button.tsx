import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "./button";

/** Puts a text into the clipboard, and says so. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [isCopied, setIsCopied] = useState(false);

  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text);
    setIsCopied(true);
  }

  return (
    <Button onClick={() => void copy()}>
      {isCopied ? <Check aria-hidden="true" className="size-4" /> : <Copy aria-hidden="true" className="size-4" />}
      <span aria-live="polite">{isCopied ? "Copied" : label}</span>
    </Button>
  );
}
