import { X } from "lucide-react";
import { useDraftText } from "../../app/use-draft-text";
import { useParam } from "../../app/use-window";
import { IconButton } from "../../ui/button";
import { TextField } from "../../ui/field";

/** Narrows to events with a property of a value. What is typed holds once it is confirmed: each letter would be a question. */
export function PropertyField() {
  const [property, setProperty] = useParam("property");
  const [text, setText] = useDraftText(property);
  const isWrong = text !== "" && !/^[^:]+:/.test(text);

  function apply(): void {
    if (!isWrong && text !== property) setProperty(text);
  }

  return (
    <form
      className="flex items-center gap-1 max-sm:w-full"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <TextField
        label="Property, as key:value"
        hideLabel
        className="w-44 max-sm:grow"
        placeholder="property:value"
        title="Only events with this property: key:value, then Enter"
        maxLength={400}
        value={text}
        aria-invalid={isWrong}
        onChange={(event) => setText(event.target.value)}
        onBlur={apply}
      />
      {property !== "" && (
        <IconButton
          label="Clear the property"
          onClick={() => {
            setText("");
            setProperty("");
          }}
        >
          <X className="size-4" />
        </IconButton>
      )}
    </form>
  );
}
