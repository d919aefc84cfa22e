import { SelectField, TextField } from "../../../ui/field";
import { type PriceDraft, units } from "./price-draft";

const tiers = [
  { value: "standard", label: "Standard" },
  { value: "batch", label: "Batch" },
  { value: "flex", label: "Flex" },
  { value: "priority", label: "Priority" },
];

const beginnings = [
  { value: "default", label: "Now" },
  { value: "ever", label: "The beginning of time" },
  { value: "day", label: "A day…" },
];

export type PriceFieldsProps = {
  draft: PriceDraft;
  /** By the field's name in the body. */
  faults: Readonly<Record<string, string | undefined>>;
  tz: string;
  onChange: (part: Partial<PriceDraft>) => void;
};

/** The fields of a price: whose it is, its amounts, and from when until when it holds. */
export function PriceFields({ draft, faults, tz, onChange }: PriceFieldsProps) {
  const zone = tz.replaceAll("_", " ");
  return (
    <>
      <TextField
        label="Model"
        hint="The exact name that calls are sent with"
        required
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        value={draft.model}
        error={faults["model"]}
        onChange={(event) => onChange({ model: event.target.value })}
      />
      <div className="grid grid-cols-2 gap-3">
        <TextField
          label="Provider"
          hint="Empty: every provider"
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          value={draft.provider}
          error={faults["provider"]}
          onChange={(event) => onChange({ provider: event.target.value })}
        />
        <SelectField
          label="Service tier"
          options={tiers}
          value={draft.serviceTier}
          error={faults["serviceTier"]}
          onChange={(event) => onChange({ serviceTier: event.target.value })}
        />
      </div>
      <fieldset>
        <legend className="mb-2 text-xs text-muted">US dollars a million tokens</legend>
        <div className="grid grid-cols-2 gap-3">
          {units.map(({ name, label, required }) => (
            <TextField
              key={name}
              label={required ? label : `${label} (optional)`}
              inputMode="decimal"
              autoComplete="off"
              required={required}
              placeholder={required ? "0.00" : "as input"}
              value={draft[name]}
              error={faults[name]}
              onChange={(event) => onChange({ [name]: event.target.value })}
            />
          ))}
        </div>
        <label className="mt-3 flex items-center gap-2 text-xs">
          <input
            type="checkbox"
            checked={draft.isFree}
            onChange={(event) => onChange({ isFree: event.target.checked })}
            className="size-4 accent-accent"
          />
          An amount of 0 is meant: it is free
        </label>
      </fieldset>
      <div className="grid grid-cols-2 gap-3">
        <SelectField
          label="Holds from"
          options={beginnings}
          value={draft.begins}
          hint="A model’s first price: of all time"
          error={draft.begins === "day" ? undefined : faults["validFrom"]}
          onChange={(event) => onChange({ begins: event.target.value as PriceDraft["begins"] })}
        />
        <TextField
          label="Until before (optional)"
          type="date"
          hint={`Midnight in ${zone}`}
          value={draft.endDay}
          error={faults["validTo"]}
          onChange={(event) => onChange({ endDay: event.target.value })}
        />
        {draft.begins === "day" && (
          <TextField
            label="First day"
            type="date"
            hint={`From midnight in ${zone}`}
            required
            value={draft.firstDay}
            error={faults["validFrom"]}
            onChange={(event) => onChange({ firstDay: event.target.value })}
          />
        )}
      </div>
    </>
  );
}
