import type { FunnelResult } from "@mobigen/analytics-contract";
import { Download } from "lucide-react";
import { downloadCsv } from "../../../format/csv";
import { IconButton } from "../../../ui/button";
import { Card } from "../../../ui/card";
import { Quantity } from "../../../ui/quantity";
import { Scroller } from "../../../ui/scroller";

type Step = FunnelResult["steps"][number];

/** A row a step: its bar is as long as its part of those who began. */
export function StepBars({ result: { steps, unit } }: { result: FunnelResult }) {
  const noun = unit === "actors" ? "users" : "sessions";
  return (
    <Card
      flush
      title="Step by step"
      hint={`${noun} that got at least this far`}
      actions={
        <IconButton label="Steps: download CSV" onClick={() => download(steps, noun)}>
          <Download className="size-4" />
        </IconButton>
      }
    >
      <Scroller label="Steps" className="relative overflow-x-auto">
        <table className="w-full text-sm tabular-nums">
          <thead>
            <tr className="border-y border-line bg-sunken/50 text-right text-xs text-muted">
              <Head className="pl-4 text-left">Step</Head>
              <Head>{noun === "users" ? "Users" : "Sessions"}</Head>
              <Head>Of all</Head>
              <Head>Of step before</Head>
              <Head className="max-sm:hidden">Stopped here</Head>
              <Head className="pr-4">Median time</Head>
            </tr>
          </thead>
          <tbody>
            {steps.map((step, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a step may come twice, and its place is what it is
              <StepRow key={place} step={step} place={place} next={steps[place + 1]} />
            ))}
          </tbody>
        </table>
      </Scroller>
    </Card>
  );
}

function Head({ className = "", children }: { className?: string; children: string }) {
  return (
    <th scope="col" className={`px-3 py-2 font-medium sm:whitespace-nowrap ${className}`}>
      {children}
    </th>
  );
}

function StepRow({ step, place, next }: { step: Step; place: number; next: Step | undefined }) {
  const { type, name, count, conversion, stepConversion, medianSeconds } = step;
  return (
    <tr className="border-b border-line text-right last:border-b-0">
      <th scope="row" className="w-full min-w-44 py-2.5 pr-3 pl-4 text-left font-normal">
        <span className="flex items-baseline gap-2">
          <span className="text-xs text-muted">{place + 1}</span>
          <span className="font-medium break-words">{name ?? `Any ${type}`}</span>
          {name !== null && <span className="text-xs text-muted max-sm:hidden">{type}</span>}
        </span>
        <span aria-hidden="true" className="mt-1.5 block h-3 overflow-hidden rounded bg-sunken">
          <span className="block h-full rounded bg-series-1" style={{ width: `${Math.min(conversion ?? 0, 100)}%` }} />
        </span>
      </th>
      <td className="px-3 font-semibold">
        <Quantity kind="count" value={count} />
      </td>
      <td className="px-3">
        <Quantity kind="percent" value={conversion} />
      </td>
      <td className="px-3">{place === 0 ? "" : <Quantity kind="percent" value={stepConversion} />}</td>
      <td className="px-3 text-muted max-sm:hidden">
        {next === undefined ? "" : <Quantity kind="count" value={count - next.count} />}
      </td>
      <td className="pr-4 pl-3 whitespace-nowrap text-muted">
        {place === 0 ? "" : <Quantity kind="duration" value={medianSeconds === null ? null : medianSeconds * 1_000} />}
      </td>
    </tr>
  );
}

function download(steps: readonly Step[], noun: string): void {
  downloadCsv(
    "funnel",
    ["step", "type", "name", noun, "percent_of_first", "percent_of_step_before", "median_seconds"],
    steps.map(({ type, name, count, conversion, stepConversion, medianSeconds }, place) => [
      ...[place + 1, type, name, count],
      ...[conversion, stepConversion, medianSeconds],
    ]),
  );
}
