import { randomUUID } from "node:crypto";
import { type BudgetCheck, type BudgetVerdict, defaultReservationSeconds } from "@mobigen/analytics-contract";
import { ApiError, notFound } from "../errors.js";
import { type Money, moneyToNumber, parseMoney, zeroMoney } from "../money.js";
import type { BudgetStanding, BudgetStore, CallScopes, ReservationOutcome } from "../stores/budget-store.js";
import type { Clock } from "../types.js";
import { toIdentity, toSpending } from "./view.js";

export type BudgetGateDeps = {
  store: Pick<BudgetStore, "matching" | "standingsOf" | "reserve" | "release">;
  clock: Clock;
  /** What a call of so many tokens costs at the price that holds now; null where the model has none. */
  estimateCost: (call: PlannedCall, now: Date) => Money | null;
};

export type PlannedCall = { model: string; provider: string | null; inputTokens: number; outputTokens: number };

export type BudgetGate = ReturnType<typeof createBudgetGate>;

/** What is asked before a call is made: does it still fit? */
export function createBudgetGate({ store, clock, estimateCost }: BudgetGateDeps) {
  return {
    /**
     * Whether a call fits in every hard budget that counts it. With `reserve` its estimate is held until the call is recorded
     * under the same request id, or the reservation expires; asked again for the same request, the answer is the same.
     * @throws ApiError invalid_body where the model has no price, request_conflict
     */
    async check(wanted: BudgetCheck): Promise<BudgetVerdict> {
      const now = clock();
      const estimate = estimateOf(wanted, now);
      const call: CallScopes = {
        userId: wanted.userId ?? null,
        projectId: wanted.projectId ?? null,
        feature: wanted.feature ?? null,
      };
      const matching = await store.matching(call);
      // A call that costs nothing has nothing to hold.
      if (wanted.reserve !== true || estimate === null || estimate.eq(0)) {
        const standings = await store.standingsOf(matching, now);
        return toVerdict({ standings, estimate, reservation: null, advisory: true });
      }
      const requestId = wanted.requestId ?? randomUUID();
      const expiresAt = new Date(now.getTime() + (wanted.ttlSeconds ?? defaultReservationSeconds) * 1_000);
      const outcome = await store.reserve({ ...call, requestId, amount: estimate, at: now, expiresAt });
      if (outcome.kind === "taken") throw takenRequest(requestId);
      const soft = await store.standingsOf(
        matching.filter(({ mode }) => mode === "soft"),
        now,
      );
      const standings = [...outcome.standings, ...soft].sort((a, b) => a.budgetKey - b.budgetKey);
      return toVerdict({ standings, estimate, reservation: reservationOf(outcome, requestId), advisory: false });
    },

    /** @throws ApiError not_found for one that is unknown, settled, released or dropped after it expired. */
    async release(reservationId: string): Promise<void> {
      if (!(await store.release(reservationId))) throw notFound("open reservation", reservationId);
    },
  };

  function estimateOf(wanted: BudgetCheck, now: Date): Money | null {
    const { estimatedCost, model, provider = null, inputTokens = 0, outputTokens = 0 } = wanted;
    if (estimatedCost !== undefined) return parseMoney(String(estimatedCost));
    if (model === undefined) return null;
    const cost = estimateCost({ model, provider, inputTokens, outputTokens }, now);
    if (cost !== null) return cost;
    const reason = "has no price: give estimatedCost instead, or set its price";
    throw new ApiError("invalid_body", `/model ${reason}.`, { errors: [{ pointer: "/model", reason }] });
  }
}

function takenRequest(requestId: string): ApiError {
  return new ApiError(
    "request_conflict",
    `The request "${requestId}" is recorded already, or holds another amount or other budgets.`,
  );
}

function reservationOf(outcome: ReservationOutcome, requestId: string): BudgetVerdict["reservation"] {
  return outcome.kind === "held" ? { reservationId: requestId, expiresAt: outcome.expiresAt.toISOString() } : null;
}

type Judged = {
  standings: readonly BudgetStanding[];
  estimate: Money | null;
  reservation: BudgetVerdict["reservation"];
  advisory: boolean;
};

function toVerdict({ standings, estimate, reservation, advisory }: Judged): BudgetVerdict {
  const budgets = standings.map((standing) => ({
    budgetId: standing.id,
    ...toIdentity(standing),
    ...toSpending(standing),
    // A reservation that was given before counts no more against itself.
    exceeded: !hasRoom(standing, estimate ?? zeroMoney),
  }));
  const deniedBy = budgets.filter(({ mode, exceeded }) => mode === "hard" && exceeded).map(({ budgetId }) => budgetId);
  const isDenied = deniedBy.length > 0 && reservation === null;
  return {
    decision: isDenied ? "deny" : "allow",
    advisory,
    estimatedCost: estimate === null ? null : moneyToNumber(estimate),
    currency: "USD",
    budgets,
    deniedBy: isDenied ? deniedBy : [],
    reservation,
  };
}

/** Whether a call of `amount` stays within the limit. Where nothing is left, nothing fits, not even a call without an estimate. */
function hasRoom({ limit, spent, reserved }: BudgetStanding, amount: Money): boolean {
  const taken = spent.plus(reserved);
  return taken.lt(limit) && taken.plus(amount).lte(limit);
}
