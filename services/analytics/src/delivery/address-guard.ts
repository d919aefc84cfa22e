import { lookup as lookupName } from "node:dns";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/** Which addresses webhooks may reach beside public ones. */
export type AddressRules = { allowPrivate: boolean; allowLoopback: boolean };

/** Why a host that is written as an address, or is this machine by name, can't be called; null for any other name. */
export function faultOfHost(hostname: string, rules: AddressRules): string | null {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (ipaddr.isValid(host)) return faultOfAddress(host, rules);
  const isLocalhost = /(^|\.)localhost\.?$/.test(host);
  return isLocalhost && !rules.allowPrivate && !rules.allowLoopback ? refusal(host) : null;
}

/**
 * A look-up for `http.request` that answers public addresses only: what a name resolves to is judged at the moment of the
 * connection, so that a name can't be changed in between. Fails when one of its addresses is not allowed.
 */
export function createGuardedLookup(rules: AddressRules): LookupFunction {
  return (hostname, options, callback) => {
    lookupName(hostname, { ...options, all: true }, (error, addresses) => {
      const fault =
        error === null ? addresses.map(({ address }) => faultOfAddress(address, rules)).find(isText) : undefined;
      const [first] = addresses ?? [];
      if (error !== null) callback(error, "", 0);
      else if (fault !== undefined) callback(new AddressRefused(fault), "", 0);
      else if (options.all === true) callback(null, addresses);
      else if (first === undefined) callback(new Error(`${hostname} has no address`), "", 0);
      else callback(null, first.address, first.family);
    });
  };
}

/** The name leads to where webhooks may not go. */
export class AddressRefused extends Error {
  override readonly name = "AddressRefused";
}

function faultOfAddress(address: string, { allowPrivate, allowLoopback }: AddressRules): string | null {
  // An IPv4 address in IPv6 clothes is what it is underneath.
  const range = ipaddr.process(address).range();
  if (range === "unicast" || allowPrivate) return null;
  return range === "loopback" && allowLoopback ? null : refusal(address);
}

function refusal(host: string): string {
  return `leads to ${host}, which is no public address (WEBHOOK_ALLOW_PRIVATE allows it)`;
}

function isText(fault: string | null): fault is string {
  return fault !== null;
}
