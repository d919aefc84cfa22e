import type { FunnelStep, FunnelUnit } from "@mobigen/analytics-contract";
import type { TimeWindow } from "../types.js";
import type { DeviceFilter } from "./insight-filter.js";

/** An event that may be a step of a funnel. `at` is milliseconds since the epoch; bit n of `steps`: it may be the n-th, from 0. */
export type FunnelEvent = { at: number; steps: number; deviceKey: number };

export type FunnelScan = {
  projectKey: number;
  window: TimeWindow;
  steps: readonly FunnelStep[];
  unit: FunnelUnit;
  filter: DeviceFilter;
  /** Without, `deviceKey` is 0, and there is less to send. */
  withDevices: boolean;
};

/** What a device says that a funnel can be broken down by; '' where it says nothing. */
export type FunnelDevice = { platform: string; version: string; timezone: string };

export type FunnelStore = {
  /**
   * Reads every event that may be a step, and hands over those of one actor or session at a time, in no order; of actors or sessions
   * without a first step none. All of it is in memory at once, some twenty bytes an event: for scans that are known to be bounded.
   */
  readUnits(scan: FunnelScan, visit: (events: FunnelEvent[]) => void): Promise<void>;
  devicesOf(deviceKeys: readonly number[]): Promise<Map<number, FunnelDevice>>;
};
