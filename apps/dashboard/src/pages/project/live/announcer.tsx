import { useEffect, useRef, useState } from "react";

// More often would talk over everything else on the page.
const everyMs = 15_000;

/** Tells who can't see the page how many events came, now and then: reading out each would be noise. */
export function Announcer({ received, isHeld }: { received: number; isHeld: boolean }) {
  const [text, setText] = useState("");
  const latest = useRef({ received, isHeld, told: 0 });
  useEffect(() => {
    latest.current.received = received;
    latest.current.isHeld = isHeld;
  }, [received, isHeld]);
  useEffect(() => {
    const timer = setInterval(() => {
      const { received: now, isHeld: isSilent, told } = latest.current;
      if (isSilent || now === told) return;
      setText(`${now - told} new events`);
      latest.current.told = now;
    }, everyMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <p aria-live="polite" className="sr-only">
      {text}
    </p>
  );
}
