import { phones } from "./catalog.js";
import type { AppPlan } from "./plan.js";
import type { Random } from "./random.js";

/** One install of an app: a phone, and who holds it. */
export type Install = {
  anonymousId: string;
  userId: string | undefined;
  /** The number of the day it came. */
  since: number;
  /** Times the usual chance to come back. */
  liking: number;
  /** Days that updates take to reach it; never, for some. */
  updateLagDays: number;
  device: { platform: "ios" | "android"; osVersion: string; model: string; manufacturer: string; locale: string };
};

export function newInstall(plan: AppPlan, since: number, random: Random): Install {
  const platform = random.chance(plan.market.ios) ? "ios" : "android";
  const phone = random.weighted(phones[platform]);
  return {
    anonymousId: random.uuid(),
    userId: plan.kind.accounts ? random.uuid() : undefined,
    since,
    liking: Math.min(random.logNormal(0.9, 0.55), 2.4),
    updateLagDays: random.chance(0.08) ? Number.POSITIVE_INFINITY : random.logNormal(2.5, 0.9),
    device: {
      platform,
      osVersion: random.weighted(phone.osVersions),
      model: phone.model,
      manufacturer: phone.manufacturer,
      locale: random.weighted(plan.market.locales),
    },
  };
}
