import type { FigureLine, ReportPage } from "./compose.js";
import type { MailLinks } from "./mail/report-mail.js";

/** A report as the plain text part of its mail: all that the HTML says, in lines of a monospaced font. */
export function renderReportText(page: ReportPage, links: MailLinks): string {
  const parts = [
    `${page.title}\n${page.week} (${page.timezone})`,
    columns(page.headlines.map(({ label, value, comparison }) => [label, value, comparison])),
    section("What stands out", highlightLines(page.highlights)),
    ...page.charts.map(({ title, days }) =>
      section(
        title,
        columns([["", "this week", "week before"], ...days.map((day) => [day.day, day.label, day.before])]),
      ),
    ),
    ...page.lists.map(({ title, rows }) =>
      section(
        title,
        rows.map(({ name, value, note }) => `${value}  ${name}${note === "" ? "" : ` (${note})`}`).join("\n"),
      ),
    ),
    section(page.month.title, page.month.sentences.join("\n")),
    section("All figures", figureLines(page.figures, "this week", "before")),
    ...(page.soFar === null ? [] : [section(page.soFar.title, figureLines(page.soFar.figures, "so far", "before"))]),
    `-- \nYou get this every week because this address is subscribed to the report on ${page.about}.\nUnsubscribe: ${links.unsubscribe}\nMobigen Analytics: ${links.service}`,
  ];
  return `${parts.join("\n\n")}\n`;
}

function section(title: string, body: string): string {
  return `${title}\n${"-".repeat([...title].length)}\n${body}`;
}

function highlightLines(sentences: readonly string[]): string {
  return sentences.length === 0
    ? "Nothing out of the ordinary."
    : sentences.map((sentence) => `* ${sentence}`).join("\n");
}

function figureLines(figures: readonly FigureLine[], value: string, before: string): string {
  return columns([
    ["", value, before, "change"],
    ...figures.map((figure) => [figure.label, figure.value, figure.before, figure.change]),
  ]);
}

/** The first column to the left, the others to the right. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
