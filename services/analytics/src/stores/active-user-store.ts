/** The actors of one day, of the seven and of the thirty that end with it. */
export type DayActivity = { daily: number; weekly: number; monthly: number };

export type ActiveUserStore = {
  /**
   * Exact counts of different actors for each of the days between ascending boundaries, which are whole buckets. A window that
   * reaches further back than the first boundary counts from there only: begin 29 days early.
   */
  activeByDay(projectKey: number, boundaries: readonly number[]): Promise<DayActivity[]>;
};
