import { useState } from "react";

/** A text that is being typed, until it is confirmed; it follows the confirmed one when that changes elsewhere. */
export function useDraftText(confirmed: string): [text: string, setText: (text: string) => void] {
  const [text, setText] = useState(confirmed);
  const [followed, setFollowed] = useState(confirmed);
  if (followed !== confirmed) {
    setFollowed(confirmed);
    setText(confirmed);
  }
  return [text, setText];
}
