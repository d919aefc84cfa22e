import type { FigureLine } from "../compose.js";
import { color } from "./theme.js";

/** The largest numbers, two in a row: that fits on a phone. */
export function Headlines({ figures }: { figures: readonly FigureLine[] }) {
  const rows = figures.flatMap((left, n) => (n % 2 === 0 ? [[left, figures[n + 1]]] : []));
  return (
    <table role="presentation" width="100%" cellPadding={0} cellSpacing={0} border={0} style={{ tableLayout: "fixed" }}>
      <tbody>
        {rows.map((row) => (
          <tr key={row[0]?.label}>
            {row.map((figure) => (
              <td key={figure?.label} width="50%" style={{ padding: "8px 8px 8px 0", verticalAlign: "top" }}>
                {figure !== undefined && <Headline figure={figure} />}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Headline({ figure }: { figure: FigureLine }) {
  return (
    <>
      <div className="quiet" style={{ color: color.quiet, fontSize: 13, lineHeight: "18px" }}>
        {figure.label}
      </div>
      <div
        className="text headline"
        style={{ color: color.text, fontSize: 26, fontWeight: 700, lineHeight: "32px", wordBreak: "break-word" }}
      >
        {figure.value}
      </div>
      <div className="quiet" style={{ color: color.quiet, fontSize: 13, lineHeight: "18px" }}>
        {figure.comparison}
      </div>
    </>
  );
}

/** Every figure with that of the week before and the change. */
export function FigureTable({ figures, heads }: { figures: readonly FigureLine[]; heads: readonly [string, string] }) {
  return (
    <table width="100%" cellPadding={0} cellSpacing={0} border={0} style={{ borderCollapse: "collapse" }}>
      <thead>
        <tr>
          <Cell text="" />
          <Cell text={heads[0]} isRight />
          <Cell text={heads[1]} isRight />
          <Cell text="Change" isRight />
        </tr>
      </thead>
      <tbody>
        {figures.map(({ label, value, before, change }) => (
          <tr key={label}>
            <Cell text={label} isStrong />
            <Cell text={value} isRight isStrong />
            <Cell text={before} isRight />
            <Cell text={change} isRight />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ text, isRight = false, isStrong = false }: { text: string; isRight?: boolean; isStrong?: boolean }) {
  return (
    <td
      className={isStrong ? "text line" : "quiet line"}
      align={isRight ? "right" : "left"}
      style={{
        ...{ color: isStrong ? color.text : color.quiet, fontSize: 13, lineHeight: "18px" },
        ...{ borderBottom: `1px solid ${color.line}`, padding: isRight ? "6px 0 6px 8px" : "6px 0" },
        whiteSpace: isRight ? "nowrap" : "normal",
      }}
    >
      {text}
    </td>
  );
}
