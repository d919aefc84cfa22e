import type { Project } from "@mobigen/analytics-contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { changeProject, projectQuery } from "../../api/projects";
import { useProjectId } from "../../app/use-project-id";
import { writeMoment } from "../../format/time";
import { Page } from "../../layout/page";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Fact, Facts } from "../../ui/facts";
import { FailureNote } from "../../ui/failure-note";
import { SelectField, TextField } from "../../ui/field";
import { Loaded } from "../../ui/loaded";

/** What a project is called, where its days begin, and its limits. */
export function SettingsPage() {
  const project = useQuery(projectQuery(useProjectId()));
  return (
    <Page title="Settings" hint="What the project is called, where its days begin, and its limits." hasPeriod={false}>
      <Loaded query={project}>
        {(data) => (
          <div className="grid items-start gap-4 lg:grid-cols-3">
            <Card title="Project" className="lg:col-span-2">
              <SettingsForm key={data.id} project={data} />
            </Card>
            <Card title="For reference">
              <Facts>
                <Fact label="Id">{data.id}</Fact>
                <Fact label="Owner">{data.ownerId}</Fact>
                <Fact label="Made">{writeMoment(data.createdAt, data.timezone)}</Fact>
              </Facts>
            </Card>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

type Draft = { name: string; timezone: string; eventsPerMinute: string; retentionDays: string };

function SettingsForm({ project }: { project: Project }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(project));
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const saved = draftOf(project);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(saved);
  const saving = useMutation({
    mutationFn: () =>
      changeProject(project.id, {
        name: draft.name.trim(),
        timezone: draft.timezone,
        eventsPerMinute: Number(draft.eventsPerMinute),
        retentionDays: Number(draft.retentionDays),
      }),
    onSuccess: async (changed) => {
      client.setQueryData(projectQuery(project.id).queryKey, changed);
      setDraft(draftOf(changed));
      await client.invalidateQueries({ queryKey: ["projects"] });
    },
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    saving.mutate();
  }

  return (
    <form className="flex max-w-md flex-col gap-4" onSubmit={submit}>
      <TextField
        label="Name"
        required
        maxLength={200}
        value={draft.name}
        onChange={(event) => change({ name: event.target.value })}
      />
      <TimeZone value={draft.timezone} onChange={(timezone) => change({ timezone })} />
      <TextField
        label="Events a minute"
        hint="Past it the app is asked to wait and send again; nothing is lost."
        type="number"
        required
        min={1}
        max={1_000_000_000}
        value={draft.eventsPerMinute}
        onChange={(event) => change({ eventsPerMinute: event.target.value })}
      />
      <TextField
        label="Days that raw events stay in the database"
        hint="Older ones may be archived; counts stay."
        type="number"
        required
        min={1}
        max={36_500}
        value={draft.retentionDays}
        onChange={(event) => change({ retentionDays: event.target.value })}
      />
      <FailureNote error={saving.error} />
      <div className="flex items-center gap-3">
        <Button type="submit" look="primary" disabled={!isChanged || saving.isPending}>
          {saving.isPending ? "Saving…" : "Save"}
        </Button>
        <span role="status" className="text-xs text-muted">
          {saving.isSuccess && !isChanged ? "Saved." : ""}
        </span>
      </div>
    </form>
  );
}

function TimeZone({ value, onChange }: { value: string; onChange: (zone: string) => void }) {
  const zones = [...new Set([value, "UTC", ...Intl.supportedValuesOf("timeZone")])];
  return (
    <SelectField
      label="Time zone"
      hint="Where a day begins in reports, and where nobody asks for another zone."
      value={value}
      onChange={(event) => onChange(event.target.value)}
      options={zones.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }))}
    />
  );
}

function draftOf({ name, timezone, eventsPerMinute, retentionDays }: Project): Draft {
  return { name, timezone, eventsPerMinute: String(eventsPerMinute), retentionDays: String(retentionDays) };
}
