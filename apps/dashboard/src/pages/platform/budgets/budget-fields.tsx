import type { BudgetScope } from "@mobigen/analytics-contract";
import { SelectField, TextAreaField, TextField } from "../../../ui/field";
import type { BudgetDraft } from "./budget-draft";

const scopes: readonly { value: BudgetScope; label: string }[] = [
  { value: "platform", label: "The whole platform" },
  { value: "project", label: "A project" },
  { value: "user", label: "A user" },
  { value: "feature", label: "A feature" },
];
const periods = ["day", "week", "month", "quarter", "year"].map((value) => ({ value, label: `a ${value}` }));
const modes = [
  { value: "soft", label: "Soft: tells" },
  { value: "hard", label: "Hard: denies, too" },
];

type BudgetFieldsProps = {
  draft: BudgetDraft;
  /** By the field's name in the body. */
  faults: Readonly<Record<string, string | undefined>>;
  onChange: (part: Partial<BudgetDraft>) => void;
};

/** What can't be changed later: whose calls count, and when a period begins. */
export function BudgetScopeFields({ draft, faults, onChange }: BudgetFieldsProps) {
  const zones = [...new Set([draft.timezone, "UTC", ...Intl.supportedValuesOf("timeZone")])];
  return (
    <div className="grid grid-cols-2 gap-3">
      <SelectField
        label="Whose calls count"
        options={scopes}
        value={draft.scope}
        error={faults["scope"]}
        onChange={(event) => onChange({ scope: event.target.value as BudgetScope })}
      />
      <TextField
        label={draft.scope === "platform" ? "Id" : `Id of the ${draft.scope}`}
        required={draft.scope !== "platform"}
        disabled={draft.scope === "platform"}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        value={draft.scope === "platform" ? "" : draft.scopeId}
        error={faults["scopeId"]}
        onChange={(event) => onChange({ scopeId: event.target.value })}
      />
      <SelectField
        label="Period"
        options={periods}
        value={draft.period}
        error={faults["period"]}
        onChange={(event) => onChange({ period: event.target.value as BudgetDraft["period"] })}
      />
      <SelectField
        label="As it begins in"
        options={zones.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }))}
        value={draft.timezone}
        error={faults["timezone"]}
        onChange={(event) => onChange({ timezone: event.target.value })}
      />
    </div>
  );
}

/** What can be changed at any time: the limit, what passing it means, and who is told. */
export function BudgetSettingFields({ draft, faults, onChange }: BudgetFieldsProps) {
  return (
    <>
      <div className="grid grid-cols-2 gap-3">
        <TextField
          label="Limit, US dollars"
          required
          inputMode="decimal"
          autoComplete="off"
          placeholder="100.00"
          value={draft.limit}
          error={faults["limit"]}
          onChange={(event) => onChange({ limit: event.target.value })}
        />
        <SelectField
          label="At the limit"
          options={modes}
          value={draft.mode}
          error={faults["mode"]}
          onChange={(event) => onChange({ mode: event.target.value as BudgetDraft["mode"] })}
        />
      </div>
      <TextField
        label="Name (optional)"
        maxLength={200}
        value={draft.name}
        error={faults["name"]}
        onChange={(event) => onChange({ name: event.target.value })}
      />
      <TextField
        label="Tell at, percent of the limit"
        hint="Ascending, e.g. 50, 80, 100"
        autoComplete="off"
        value={draft.thresholds}
        error={faults["thresholds"]}
        onChange={(event) => onChange({ thresholds: event.target.value })}
      />
      <TextAreaField
        label="Who is told"
        hint="Mail addresses, or URLs of webhooks, one a line"
        rows={2}
        spellCheck={false}
        value={draft.receivers}
        error={faults["channels"]}
        onChange={(event) => onChange({ receivers: event.target.value })}
      />
      <label className="flex items-center gap-2 text-xs">
        <input
          type="checkbox"
          checked={draft.log}
          onChange={(event) => onChange({ log: event.target.checked })}
          className="size-4 accent-accent"
        />
        A line in the service’s log as well
      </label>
    </>
  );
}
