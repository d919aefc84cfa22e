import type { TimelineEvent } from "@mobigen/analytics-contract";

const shownAtOnce = 3;
const longestShown = 60;
const indent = 2;

/** What an event carries: the first few in a line, all of it when it is opened. */
export function EventProperties({ properties, name }: { properties: TimelineEvent["properties"]; name: string }) {
  // Screens and custom events carry their own name: it stands above.
  const entries = Object.entries(properties ?? {}).filter(([, value]) => value !== name);
  if (entries.length === 0) return null;
  const isShort = entries.length <= shownAtOnce && entries.every(([, value]) => write(value).length <= longestShown);
  if (isShort) return <Summary entries={entries} />;
  return (
    <details className="group">
      <summary className="list-none rounded text-xs [&::-webkit-details-marker]:hidden">
        <span className="group-open:hidden">
          <Summary entries={entries.slice(0, shownAtOnce)} />{" "}
        </span>
        <span className="text-accent group-open:hidden">
          all {entries.length} properties<span className="sr-only"> of {name}</span>
        </span>
        <span className="hidden text-accent group-open:inline">
          fewer<span className="sr-only"> properties of {name}</span>
        </span>
      </summary>
      <dl className="mt-1 grid grid-cols-[minmax(5rem,auto)_1fr] gap-x-4 gap-y-1 rounded-md bg-sunken px-3 py-2 text-xs">
        {entries.map(([key, value]) => (
          <div key={key} className="contents">
            <dt className="text-muted">{key}</dt>
            <dd className="min-w-0 font-mono break-words whitespace-pre-wrap">{write(value, indent)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Summary({ entries }: { entries: readonly (readonly [string, unknown])[] }) {
  return (
    <span className="inline-flex min-w-0 flex-wrap gap-x-3 text-xs text-muted">
      {entries.map(([key, value]) => (
        <span key={key} className="min-w-0 break-words">
          {key}: <span className="text-text">{shorten(write(value))}</span>
        </span>
      ))}
    </span>
  );
}

function write(value: unknown, indent = 0): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, indent);
}

function shorten(text: string): string {
  return text.length <= longestShown ? text : `${text.slice(0, longestShown - 1)}…`;
}
