/** What narrows the sessions and events of a project. A field that is not given narrows nothing; '' is what a device does not say. */
export type DeviceFilter = {
  platform?: string;
  version?: string;
  /** The device's time zone is one of these: how a country is asked for (insights/countries.ts). */
  timezones?: readonly string[];
};

export type EventFilter = DeviceFilter & {
  type?: string;
  /** '' for events without a name of their own. */
  name?: string;
  properties?: readonly PropertyFilter[];
};

/** A property at the top of `properties`, by the text of its value: `3`, `true` and `pro` without quotes. */
export type PropertyFilter = { key: string; value: string };
