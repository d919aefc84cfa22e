import type { Overview } from "@mobigen/analytics-contract";
import { classNames } from "../../../ui/class-names";
import { Quantity } from "../../../ui/quantity";
import { Skeleton } from "../../../ui/skeleton";
import { Trend } from "../../../ui/trend";
import { type Figure, figures, scaled } from "./figures";

export type FigureTilesProps = {
  /** Undefined while it is asked for. */
  overview: Overview | undefined;
  chosen: Figure;
  onChoose: (figure: Figure) => void;
};

/** The figures of an app side by side; one of them is drawn below. */
export function FigureTiles({ overview, chosen, onChoose }: FigureTilesProps) {
  return (
    <div className="grid grid-cols-2 gap-px overflow-hidden rounded-t-lg border-b border-line bg-line sm:grid-cols-4 xl:grid-cols-8">
      {figures.map((figure) => (
        <Tile
          key={figure.metric}
          figure={figure}
          overview={overview}
          isChosen={figure === chosen}
          onChoose={() => onChoose(figure)}
        />
      ))}
    </div>
  );
}

type TileProps = { figure: Figure; overview: Overview | undefined; isChosen: boolean; onChoose: () => void };

function Tile({ figure, overview, isChosen, onChoose }: TileProps) {
  const compared = overview?.[figure.field];
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      onClick={onChoose}
      className={classNames(
        "flex min-w-0 flex-col gap-1 border-t-2 bg-surface px-3.5 py-3 text-left transition-colors",
        isChosen ? "border-accent" : "border-transparent hover:bg-sunken",
      )}
    >
      <span className={classNames("truncate text-xs font-medium", isChosen ? "text-accent" : "text-muted")}>
        {figure.label}
      </span>
      <span className="text-xl font-semibold tracking-tight">
        {compared === undefined ? (
          <Skeleton className="h-7 w-16" />
        ) : (
          <Quantity kind={figure.kind} value={scaled(compared.value, figure)} />
        )}
      </span>
      <span className="min-h-4">
        {compared !== undefined && overview?.previous !== null && <Trend change={compared.change} rise={figure.rise} />}
      </span>
    </button>
  );
}
