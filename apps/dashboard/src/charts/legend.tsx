import { colorOf, type Series } from "./series";

export function Legend({ series }: { series: readonly Series[] }) {
  return (
    <ul className="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
      {series.map((one, place) => (
        <li key={one.id} className="flex min-w-0 items-center gap-1.5">
          <span
            aria-hidden="true"
            className="size-2 shrink-0 rounded-full"
            style={{ background: colorOf(one, place) }}
          />
          <span className="truncate">{one.label}</span>
        </li>
      ))}
    </ul>
  );
}
