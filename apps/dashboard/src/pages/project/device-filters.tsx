import type { AdoptionDimension } from "@mobigen/analytics-contract";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { adoptionQuery } from "../../api/insights";
import { granularityOf } from "../../api/window";
import { useDeviceFilter } from "../../app/use-device-filter";
import { useProjectId } from "../../app/use-project-id";
import { usePageWindow, useParam, useSetParams } from "../../app/use-window";
import { writeCountry } from "../../format/country";
import { Button } from "../../ui/button";
import { SelectField } from "../../ui/field";

type FilterName = "platform" | "version" | "country";

const mostValues = 50;

/** Which devices a page is about. `children` are filters of the page's own. */
export function DeviceFilters({ children }: { children?: ReactNode }) {
  const filter = useDeviceFilter();
  const setParams = useSetParams();
  const isNarrowed = Object.values(filter).some((value) => value !== undefined);
  return (
    <search aria-label="Filters" className="flex flex-wrap items-center gap-2">
      <ValueField name="platform" label="Platform" all="All platforms" />
      <ValueField name="version" label="Version" all="All versions" />
      <ValueField name="country" label="Country" all="All countries" show={writeCountry} />
      {children}
      {isNarrowed && (
        <Button look="quiet" onClick={() => setParams({ platform: undefined, version: undefined, country: undefined })}>
          <X aria-hidden="true" className="size-4" /> Clear
        </Button>
      )}
    </search>
  );
}

type ValueFieldProps = {
  name: FilterName & AdoptionDimension;
  label: string;
  all: string;
  show?: (value: string) => string;
};

function ValueField({ name, label, all, show = (value) => value }: ValueFieldProps) {
  const projectId = useProjectId();
  const { query } = usePageWindow();
  const [value, setValue] = useParam(name);
  const granularity = granularityOf(query, new Date());
  const known = useQuery(adoptionQuery(projectId, name, granularity, query, {}, mostValues));
  const values = (known.data?.items ?? []).flatMap((item) => (item.value === null ? [] : [item.value]));
  const options = value === "" || values.includes(value) ? values : [value, ...values];
  return (
    <SelectField
      label={label}
      hideLabel
      className="w-36 max-sm:grow"
      value={value}
      onChange={(event) => setValue(event.target.value)}
      options={[{ value: "", label: all }, ...options.map((one) => ({ value: one, label: show(one) }))]}
    />
  );
}
