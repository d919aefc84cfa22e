import { useParam, useSetParams } from "../../app/use-window";
import { EventSelect } from "./event-select";

/** Narrows to events of one type, or of one type and name. */
export function EventField() {
  const [type] = useParam("type");
  const [name] = useParam("name");
  const setParams = useSetParams();
  return (
    <EventSelect
      label="Event"
      none="All events"
      className="w-48 max-sm:grow"
      event={type === "" ? null : { type, name: name === "" ? undefined : name }}
      onChoose={(event) => setParams({ type: event?.type, name: event?.name })}
    />
  );
}
