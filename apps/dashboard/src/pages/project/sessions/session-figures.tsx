import { useQuery } from "@tanstack/react-query";
import { overviewQuery } from "../../../api/insights";
import { useDeviceFilter } from "../../../app/use-device-filter";
import { useProjectId } from "../../../app/use-project-id";
import { usePageWindow } from "../../../app/use-window";
import { StatCard, StatRow } from "../../../ui/stat-card";
import { figureOf, scaled } from "../overview/figures";

const shown = ["sessions", "average_session_seconds", "screens_per_session", "bounce_rate"].map(figureOf);

/** All sessions of the period in four numbers. The list below tells if they can't be had. */
export function SessionFigures() {
  const { query } = usePageWindow();
  const { data } = useQuery(overviewQuery(useProjectId(), query, useDeviceFilter()));
  return (
    <StatRow>
      {shown.map((figure) => (
        <StatCard
          key={figure.metric}
          label={figure.label}
          kind={figure.kind}
          rise={figure.rise}
          value={scaled(data?.[figure.field].value, figure)}
          {...(data === undefined || data.previous === null
            ? {}
            : { before: scaled(data[figure.field].before, figure) })}
        />
      ))}
    </StatRow>
  );
}
