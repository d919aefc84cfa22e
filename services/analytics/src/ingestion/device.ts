import { isPrintable, maxDeviceText } from "@mobigen/analytics-contract";
import type { DeviceProfile } from "../stores/event-store.js";

export type ReadDevice = { kind: "ok"; device: DeviceProfile } | { kind: "bad"; pointer: string; message: string };

const deviceFields = new Set(["platform", "osVersion", "appVersion", "model", "manufacturer", "locale", "timezone"]);
const appFields = new Set(["build"]);

/** Reads an event's `device` and `app`, either of which, and each of whose fields, may be absent or null. Texts are at most 100 printable characters. */
export function readDevice(device: unknown, app: unknown): ReadDevice {
  const fault = findFault("device", device, deviceFields) ?? findFault("app", app, appFields);
  if (fault !== null) return fault;
  const said = (device ?? {}) as Partial<Record<string, string | null>>;
  return {
    kind: "ok",
    device: {
      platform: said["platform"] ?? "",
      osVersion: said["osVersion"] ?? "",
      appVersion: said["appVersion"] ?? "",
      appBuild: ((app ?? {}) as Partial<Record<string, string | null>>)["build"] ?? "",
      model: said["model"] ?? "",
      manufacturer: said["manufacturer"] ?? "",
      locale: said["locale"] ?? "",
      timezone: said["timezone"] ?? "",
    },
  };
}

function findFault(name: string, value: unknown, known: ReadonlySet<string>): (ReadDevice & { kind: "bad" }) | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "object" || Array.isArray(value)) return bad(`/${name}`, "must be an object");
  for (const field in value) {
    if (!known.has(field)) return bad(`/${name}`, "has a field that is not known");
    const text: unknown = value[field as keyof typeof value];
    if (text === null) continue;
    if (typeof text !== "string" || text.length > maxDeviceText || !isPrintable(text)) {
      return bad(`/${name}/${field}`, `must be a text of at most ${maxDeviceText} printable characters`);
    }
  }
  return null;
}

function bad(pointer: string, message: string): ReadDevice & { kind: "bad" } {
  return { kind: "bad", pointer, message: `${pointer.slice(1).replace("/", ".")} ${message}` };
}
