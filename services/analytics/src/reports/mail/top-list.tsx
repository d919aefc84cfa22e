import type { List } from "../compose.js";
import { color } from "./theme.js";

/** A name and its number, and a bar beneath them. */
export function TopList({ list }: { list: List }) {
  return (
    <table role="presentation" width="100%" cellPadding={0} cellSpacing={0} border={0} style={{ tableLayout: "fixed" }}>
      <tbody>
        {list.rows.map(({ name, value, note, width }, n) => (
          // Two may have one name.
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows are rendered once
          <tr key={n}>
            <td style={{ padding: "6px 0" }}>
              <table role="presentation" width="100%" cellPadding={0} cellSpacing={0} border={0}>
                <tbody>
                  <tr>
                    <td className="text" style={{ color: color.text, fontSize: 14, wordBreak: "break-word" }}>
                      {name}
                    </td>
                    <td
                      className="text"
                      align="right"
                      style={{
                        color: color.text,
                        fontSize: 14,
                        fontWeight: 600,
                        whiteSpace: "nowrap",
                        paddingLeft: 12,
                      }}
                    >
                      {value}
                    </td>
                  </tr>
                </tbody>
              </table>
              <ShareBar width={width} />
              {note !== "" && (
                <div className="quiet" style={{ color: color.quiet, fontSize: 12, lineHeight: "18px" }}>
                  {note}
                </div>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ShareBar({ width }: { width: number }) {
  const percent = Math.round(Math.min(Math.max(width, 0), 1) * 100);
  return (
    <table role="presentation" width="100%" cellPadding={0} cellSpacing={0} border={0} style={{ marginTop: 3 }}>
      <tbody>
        <tr>
          {percent > 0 && <BarPart percent={percent} className="bar" background={color.bar} />}
          {percent < 100 && <BarPart percent={100 - percent} className="bar-before" background={color.line} />}
        </tr>
      </tbody>
    </table>
  );
}

function BarPart({ percent, className, background }: { percent: number; className: string; background: string }) {
  return (
    <td
      className={className}
      width={`${percent}%`}
      height={5}
      style={{ backgroundColor: background, fontSize: 0, lineHeight: 0 }}
    />
  );
}
