import { useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { PageSearch } from "./search";

export type DeviceFilter = {
  platform?: string | undefined;
  version?: string | undefined;
  country?: string | undefined;
};

/** What devices the page is about, as its URL says. */
export function useDeviceFilter(): DeviceFilter {
  const { platform, version, country } = useSearch({ strict: false }) as PageSearch;
  return useMemo(() => ({ platform, version, country }), [platform, version, country]);
}
