import { useSearch } from "@tanstack/react-router";
import { useId, useState } from "react";
import { defaultPeriod, deviceTimeZone, type PageSearch } from "../app/search";
import { usePageWindow, useSetParams } from "../app/use-window";
import { writeRange } from "../format/time";
import { Button } from "../ui/button";
import { SelectField, TextField } from "../ui/field";
import { dayEnd, dayOf, dayStart } from "./local-day";

const periods = [
  { value: "day", label: "Today" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
  { value: "30d", label: "Last 30 days" },
  { value: "90d", label: "Last 90 days" },
  { value: "week", label: "This week" },
  { value: "month", label: "This month" },
  { value: "quarter", label: "This quarter" },
  { value: "year", label: "This year" },
  { value: "12m", label: "Last 12 months" },
  { value: "all", label: "All time" },
];
const custom = "custom";

/** Which time is looked at, and where a day begins. Both stand in the URL. */
export function WindowPicker({ hasPeriod }: { hasPeriod: boolean }) {
  const { period, from, to } = useSearch({ strict: false }) as PageSearch;
  const { tz } = usePageWindow();
  const setParams = useSetParams();
  const [isEditing, setIsEditing] = useState(false);
  const isCustom = from !== undefined;
  const chosen = period ?? defaultPeriod;

  function choose(value: string): void {
    setIsEditing(value === custom);
    if (value !== custom) setParams({ period: value, from: undefined, to: undefined });
  }

  return (
    <div className="flex flex-wrap items-center gap-2">
      {hasPeriod && (
        <SelectField
          label="Period"
          hideLabel
          className="w-40"
          value={isCustom || isEditing ? custom : chosen}
          onChange={(event) => choose(event.target.value)}
        >
          {periods.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
          {!isCustom && !periods.some(({ value }) => value === chosen) && <option value={chosen}>{chosen}</option>}
          <option value={custom}>{isCustom && to !== undefined ? writeRange(from, to, tz) : "From … to …"}</option>
        </SelectField>
      )}
      <TimeZoneField value={tz} onChange={(value) => setParams({ tz: value })} />
      {hasPeriod && (isEditing || isCustom) && <CustomDays onDone={() => setIsEditing(false)} />}
    </div>
  );
}

function CustomDays({ onDone }: { onDone: () => void }) {
  const { from, to } = useSearch({ strict: false }) as PageSearch;
  const { tz } = usePageWindow();
  const setParams = useSetParams();
  const today = dayOf(new Date(), tz);
  const [first, setFirst] = useState(from === undefined ? today : dayOf(new Date(from), tz));
  const [last, setLast] = useState(to === undefined ? today : dayOf(new Date(Date.parse(to) - 1), tz));
  const isReady = first !== "" && last !== "" && first <= last;

  function apply(): void {
    setParams({ period: undefined, from: dayStart(first, tz), to: dayEnd(last, tz) });
    onDone();
  }

  return (
    <form
      className="flex items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) apply();
      }}
    >
      <TextField
        label="First day"
        hideLabel
        type="date"
        value={first}
        max={today}
        onChange={(event) => setFirst(event.target.value)}
      />
      <TextField
        label="Last day"
        hideLabel
        type="date"
        value={last}
        max={today}
        onChange={(event) => setLast(event.target.value)}
      />
      <Button type="submit" disabled={!isReady}>
        Show
      </Button>
    </form>
  );
}

function TimeZoneField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const id = useId();
  const device = deviceTimeZone();
  const near = [...new Set([value, device, "UTC"])];
  // All four hundred only once somebody looks: a page has better to do at first.
  const [all, setAll] = useState<readonly string[]>([]);
  const showAll = (): void => setAll(Intl.supportedValuesOf("timeZone").filter((zone) => !near.includes(zone)));
  return (
    <SelectField
      key={id}
      label="Time zone"
      hideLabel
      className="w-40"
      value={value}
      onFocus={showAll}
      onPointerDown={showAll}
      onChange={(event) => onChange(event.target.value)}
    >
      {near.map((zone) => (
        <option key={zone} value={zone}>
          {zone.replaceAll("_", " ")}
        </option>
      ))}
      {all.length > 0 && (
        <optgroup label="All time zones">
          {all.map((zone) => (
            <option key={zone} value={zone}>
              {zone.replaceAll("_", " ")}
            </option>
          ))}
        </optgroup>
      )}
    </SelectField>
  );
}
