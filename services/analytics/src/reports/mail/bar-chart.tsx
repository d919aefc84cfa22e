import type { Chart } from "../compose.js";
import { color } from "./theme.js";

const barHeightPx = 88;
// What there was of shows, however little.
const minHeightPx = 2;

/** Two bars a day, of tables and background colours alone: what every mail program shows, with images blocked, too. */
export function BarChart({ chart }: { chart: Chart }) {
  return (
    <table role="presentation" width="100%" cellPadding={0} cellSpacing={0} border={0} style={{ tableLayout: "fixed" }}>
      <tbody>
        <tr>
          {chart.days.map((day) => (
            <td key={day.day} align="center" style={{ verticalAlign: "bottom", padding: "0 1px" }}>
              <div className="text" style={{ color: color.text, fontSize: 11, lineHeight: "16px" }}>
                {day.label}
              </div>
              <table role="presentation" cellPadding={0} cellSpacing={0} border={0} align="center">
                <tbody>
                  <tr>
                    <Bar height={day.heightBefore} width={8} className="bar-before" background={color.barBefore} />
                    <td width={2} style={{ fontSize: 0, lineHeight: 0 }} />
                    <Bar height={day.height} width={16} className="bar" background={color.bar} />
                  </tr>
                </tbody>
              </table>
            </td>
          ))}
        </tr>
        <tr>
          {chart.days.map((day) => (
            <td
              key={day.day}
              align="center"
              className="quiet line"
              style={{ borderTop: `1px solid ${color.line}`, color: color.quiet, fontSize: 12, paddingTop: 4 }}
            >
              {day.day.slice(0, 3)}
            </td>
          ))}
        </tr>
      </tbody>
    </table>
  );
}

type BarProps = { height: number; width: number; className: string; background: string };

function Bar({ height, width, className, background }: BarProps) {
  const px = height === 0 ? 0 : Math.max(minHeightPx, Math.round(height * barHeightPx));
  return (
    <td style={{ verticalAlign: "bottom" }}>
      <table role="presentation" cellPadding={0} cellSpacing={0} border={0}>
        <tbody>
          <tr>
            <td width={width} height={barHeightPx - px} style={{ fontSize: 0, lineHeight: 0 }} />
          </tr>
          {px > 0 && (
            <tr>
              <td
                className={className}
                width={width}
                height={px}
                style={{ backgroundColor: background, fontSize: 0, lineHeight: 0 }}
              />
            </tr>
          )}
        </tbody>
      </table>
    </td>
  );
}
