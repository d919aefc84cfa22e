import { type Kind, write } from "../format/quantity";

/** A number with few digits on the page and all of them on hover. */
export function Quantity({ kind, value }: { kind: Kind; value: number | null | undefined }) {
  const { short, exact } = write(kind, value);
  if (value === null || value === undefined) return <span title={exact}>{short}</span>;
  return (
    <data value={value} title={exact} className="tabular-nums">
      {short}
    </data>
  );
}
