import type { FunnelOperator } from "@mobigen/analytics-contract";
import { X } from "lucide-react";
import { IconButton } from "../../../ui/button";
import { SelectField, TextField } from "../../../ui/field";
import { type DraftProperty, hasValue, isComparison } from "./draft";

const operators: readonly { value: FunnelOperator; label: string }[] = [
  { value: "is", label: "is" },
  { value: "is_not", label: "is not" },
  { value: "contains", label: "contains" },
  { value: "gt", label: "is more than" },
  { value: "gte", label: "is at least" },
  { value: "lt", label: "is less than" },
  { value: "lte", label: "is at most" },
  { value: "exists", label: "is there" },
  { value: "not_exists", label: "is not there" },
];

const longestText = 200;

export type PropertyEditorProps = {
  name: string;
  property: DraftProperty;
  onChange: (property: DraftProperty) => void;
  onRemove: () => void;
};

/** What must hold of an event: a property, how it is compared, and with what. */
export function PropertyEditor({ name, property, onChange, onRemove }: PropertyEditorProps) {
  const { key, operator, value } = property;
  return (
    <div className="flex flex-wrap items-center gap-1.5 pl-7.5">
      <TextField
        label={`${name}: property`}
        hideLabel
        className="w-36 max-sm:w-20 max-sm:grow"
        placeholder="property"
        maxLength={longestText}
        value={key}
        onChange={(event) => onChange({ ...property, key: event.target.value })}
      />
      <SelectField
        label={`${name}: comparison`}
        hideLabel
        className="w-34"
        value={operator}
        onChange={(event) => onChange({ ...property, operator: event.target.value as FunnelOperator })}
        options={operators}
      />
      {hasValue(operator) && (
        <TextField
          label={`${name}: value`}
          hideLabel
          className="w-40 max-sm:grow"
          placeholder="value"
          title={'true, null and 12 are what they look like; the text 12 is written "12"'}
          maxLength={longestText}
          {...(isComparison(operator) ? { type: "number", step: "any" } : {})}
          value={value}
          onChange={(event) => onChange({ ...property, value: event.target.value })}
        />
      )}
      <IconButton label={`${name}: remove`} onClick={onRemove}>
        <X className="size-4" />
      </IconButton>
    </div>
  );
}
