import { CopyButton } from "./copy-button";

/** A key or token that is shown this once. */
export function NewSecret({ label, secret }: { label: string; secret: string }) {
  return (
    <div className="flex flex-col gap-2">
      <p className="text-muted">Copy it now: it is kept as a hash only and never shown again.</p>
      <div className="flex items-center gap-2">
        <input
          aria-label={label}
          readOnly
          value={secret}
          onFocus={(event) => event.target.select()}
          className="h-8 min-w-0 grow rounded-md border border-strong-line bg-sunken px-2.5 font-mono text-xs"
        />
        <CopyButton text={secret} />
      </div>
    </div>
  );
}
