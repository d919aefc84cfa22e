import type { ComponentProps } from "react";
import { classNames } from "./class-names";

export type ButtonProps = ComponentProps<"button"> & { look?: "primary" | "plain" | "quiet" | "danger" };

const looks = {
  primary: "bg-accent text-on-accent hover:opacity-90 border-transparent",
  plain: "bg-surface text-text border-strong-line hover:bg-sunken",
  quiet: "text-muted border-transparent hover:bg-sunken hover:text-text",
  danger: "bg-surface text-bad border-strong-line hover:bg-bad-soft",
};

export const buttonClasses = (look: NonNullable<ButtonProps["look"]>): string =>
  classNames(
    "inline-flex h-8 items-center justify-center gap-1.5 rounded-md border px-3 text-sm font-medium whitespace-nowrap",
    "transition-colors disabled:opacity-50",
    looks[look],
  );

export function Button({ look = "plain", className, type = "button", ...rest }: ButtonProps) {
  return <button {...rest} type={type} className={classNames(buttonClasses(look), className)} />;
}

/** A button with an icon alone; `label` says what it does. */
export function IconButton({ label, className, ...rest }: Omit<ButtonProps, "look"> & { label: string }) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={classNames(
        "inline-flex size-8 items-center justify-center rounded-md text-muted transition-colors hover:bg-sunken hover:text-text",
        className,
      )}
    />
  );
}
