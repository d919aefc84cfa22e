import { type ComponentProps, type ReactNode, useId } from "react";
import { classNames } from "./class-names";

const frame =
  "w-full min-w-0 rounded-md border border-strong-line bg-surface px-2.5 text-sm placeholder:text-muted disabled:opacity-50";
const box = `h-8 ${frame}`;

type Labelled = { label: string; hint?: ReactNode; hideLabel?: boolean; error?: string | undefined };

/** A text field with its label, and what is wrong with it. */
export function TextField({ label, hint, hideLabel, error, className, ...rest }: ComponentProps<"input"> & Labelled) {
  const id = useId();
  return (
    <Field {...{ id, label, hint, hideLabel, error, className }}>
      <input
        {...rest}
        id={id}
        aria-invalid={error !== undefined}
        aria-describedby={hint === undefined && error === undefined ? undefined : `${id}-note`}
        className={classNames(box, error !== undefined && "border-bad")}
      />
    </Field>
  );
}

/** The same for a text of several lines. */
export function TextAreaField({
  label,
  hint,
  hideLabel,
  error,
  className,
  ...rest
}: ComponentProps<"textarea"> & Labelled) {
  const id = useId();
  return (
    <Field {...{ id, label, hint, hideLabel, error, className }}>
      <textarea
        {...rest}
        id={id}
        aria-invalid={error !== undefined}
        aria-describedby={hint === undefined && error === undefined ? undefined : `${id}-note`}
        className={classNames(frame, "py-1.5", error !== undefined && "border-bad")}
      />
    </Field>
  );
}

export type Option = { value: string; label: string };

export function SelectField({
  label,
  hint,
  hideLabel,
  error,
  className,
  options,
  children,
  ...rest
}: ComponentProps<"select"> & Labelled & { options?: readonly Option[] }) {
  const id = useId();
  return (
    <Field {...{ id, label, hint, hideLabel, error, className }}>
      <select {...rest} id={id} className={classNames(box, "pr-7")}>
        {options?.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
        {children}
      </select>
    </Field>
  );
}

type FieldProps = {
  id: string;
  label: string;
  hint: ReactNode;
  hideLabel: boolean | undefined;
  error: string | undefined;
  className: string | undefined;
  children: ReactNode;
};

function Field({ id, label, hint, hideLabel = false, error, className, children }: FieldProps) {
  return (
    <div className={classNames("min-w-0", className)}>
      <label htmlFor={id} className={hideLabel ? "sr-only" : "mb-1 block text-xs font-medium"}>
        {label}
      </label>
      {children}
      {(error !== undefined || hint !== undefined) && (
        <p id={`${id}-note`} className={classNames("mt-1 text-xs", error === undefined ? "text-muted" : "text-bad")}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}
