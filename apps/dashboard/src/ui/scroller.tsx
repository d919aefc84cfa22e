import type { CSSProperties, ReactNode } from "react";

type ScrollerProps = { label: string; className: string; style?: CSSProperties; children: ReactNode };

/** What may be larger than its place: reached, and then scrolled, by the keyboard as well. */
export function Scroller({ label, children, ...rest }: ScrollerProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it nothing in here can be scrolled by the keyboard
    <section aria-label={label} tabIndex={0} {...rest}>
      {children}
    </section>
  );
}
