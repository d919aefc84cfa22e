import type { NewReportSubscription, ReportScope } from "@mobigen/analytics-contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { faultsOf } from "../../../api/problem";
import { createSubscription } from "../../../api/reports";
import { usePageWindow } from "../../../app/use-window";
import { Button } from "../../../ui/button";
import { Dialog, DialogActions } from "../../../ui/dialog";
import { FailureNote } from "../../../ui/failure-note";
import { SelectField, TextField } from "../../../ui/field";

const scopes: readonly { value: ReportScope; label: string }[] = [
  { value: "platform", label: "The whole platform" },
  { value: "project", label: "A project" },
  { value: "user", label: "A user" },
];

/** Subscribes an address to a weekly report. */
export function SubscribeDialog({ onClose }: { onClose: () => void }) {
  const { tz } = usePageWindow();
  const client = useQueryClient();
  const [scope, setScope] = useState<ReportScope>("platform");
  const [scopeId, setScopeId] = useState("");
  const [address, setAddress] = useState("");
  const [timezone, setTimezone] = useState(tz);
  const body: NewReportSubscription = {
    scope,
    address: address.trim(),
    timezone,
    ...(scope === "platform" ? {} : { scopeId: scopeId.trim() }),
  };
  const subscribing = useMutation({
    mutationFn: () => createSubscription(body),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["reports"] });
      onClose();
    },
  });
  const faults = faultsOf(subscribing.error);
  const zones = [...new Set([timezone, "UTC", ...Intl.supportedValuesOf("timeZone")])];
  return (
    <Dialog title="Subscribe to the weekly report" onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          subscribing.mutate();
        }}
      >
        <TextField
          label="Mail address"
          type="email"
          required
          maxLength={254}
          value={address}
          error={faults["address"]}
          onChange={(event) => setAddress(event.target.value)}
        />
        <SelectField
          label="About"
          options={scopes}
          value={scope}
          error={faults["scope"]}
          onChange={(event) => setScope(event.target.value as ReportScope)}
        />
        {scope !== "platform" && (
          <TextField
            label={`Id of the ${scope}`}
            required
            maxLength={200}
            autoComplete="off"
            spellCheck={false}
            value={scopeId}
            error={faults["scopeId"]}
            onChange={(event) => setScopeId(event.target.value)}
          />
        )}
        <SelectField
          label="Its weeks and days begin in"
          options={zones.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }))}
          value={timezone}
          error={faults["timezone"]}
          onChange={(event) => setTimezone(event.target.value)}
        />
        <FailureNote error={subscribing.error} fields={["address", "scope", "scopeId", "timezone"]} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={subscribing.isPending}>
            {subscribing.isPending ? "One moment…" : "Subscribe"}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
