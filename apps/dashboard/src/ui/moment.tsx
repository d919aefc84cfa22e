import { usePageWindow } from "../app/use-window";
import { writeAgo, writeExactly, writeMoment } from "../format/time";

/** An instant in the page's time zone; all of it on hover. A dash for null. */
export function Moment({ at, ago = false }: { at: string | null; ago?: boolean }) {
  const { tz } = usePageWindow();
  if (at === null) return <span>–</span>;
  return (
    <time dateTime={at} title={writeExactly(at, tz)} className="whitespace-nowrap">
      {ago ? writeAgo(at, new Date()) : writeMoment(at, tz)}
    </time>
  );
}
