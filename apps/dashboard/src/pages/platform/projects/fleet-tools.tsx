import type { FleetFlagName, FleetSort } from "@mobigen/analytics-contract";
import { useDraftText } from "../../../app/use-draft-text";
import { useParam } from "../../../app/use-window";
import { Button } from "../../../ui/button";
import { SelectField, TextField } from "../../../ui/field";

/** The service ranks, for it has them all; the page has a part. */
export const ranks: readonly { value: FleetSort; label: string }[] = [
  { value: "events", label: "Most events" },
  { value: "activeUsers", label: "Most active users" },
  { value: "retainedUsers", label: "Most users that stayed" },
  { value: "sessions", label: "Most sessions" },
  { value: "cost", label: "Highest cost" },
  { value: "costPerActiveUser", label: "Highest cost per user" },
  { value: "generations", label: "Most generations" },
  { value: "builds", label: "Most builds" },
  { value: "failureRate", label: "Highest failure rate" },
  { value: "name", label: "By name" },
];

export const flags: readonly { value: FleetFlagName | "all"; label: string }[] = [
  { value: "all", label: "All projects" },
  { value: "cost", label: "Standing out by cost" },
  { value: "failureRate", label: "Standing out by failures" },
];

/** What is searched, in which order, and whether only what stands out: asked of the service, and in the URL. */
export function FleetTools() {
  const [search, setSearch] = useParam("find");
  const [text, setText] = useDraftText(search);
  const [rank, setRank] = useParam("rank", "events");
  const [flag, setFlag] = useParam("flag", "all");
  return (
    <>
      <form
        className="flex min-w-0 grow gap-2 sm:grow-0"
        onSubmit={(event) => {
          event.preventDefault();
          setSearch(text.trim());
        }}
      >
        <TextField
          label="Search projects"
          hideLabel
          type="search"
          placeholder="Name or id"
          maxLength={200}
          className="min-w-32 grow sm:w-52"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit">Search</Button>
      </form>
      <SelectField
        label="Ranked by"
        hideLabel
        options={ranks}
        value={rank}
        onChange={(event) => setRank(event.target.value)}
      />
      <SelectField
        label="Which projects"
        hideLabel
        options={flags}
        value={flag}
        onChange={(event) => setFlag(event.target.value)}
      />
    </>
  );
}
