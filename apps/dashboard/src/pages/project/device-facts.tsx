import type { AppSession } from "@mobigen/analytics-contract";
import { Fact, Facts } from "../../ui/facts";

type Device = AppSession["device"];

/** What a device says of itself. */
export function DeviceFacts({ device }: { device: Device }) {
  const { platform, osVersion, appVersion, appBuild, model, manufacturer, locale, timezone } = device;
  return (
    <Facts>
      <Fact label="Platform">{join(platform, osVersion)}</Fact>
      <Fact label="Version">{appBuild === null ? appVersion : join(appVersion, `(${appBuild})`)}</Fact>
      <Fact label="Device">{join(manufacturer, model)}</Fact>
      <Fact label="Language">{locale}</Fact>
      <Fact label="Time zone">{timezone}</Fact>
    </Facts>
  );
}

function join(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join(" ");
}
