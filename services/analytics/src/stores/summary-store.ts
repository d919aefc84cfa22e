/** Days are named by their first millisecond, UTC. */

export type Folded = { changes: number };

/** Closed days in sums (daily_summary and its kin), and the changes that came to them late. */
export type SummaryStore = {
  /** The first day that is not closed; null while nothing ever was. */
  firstOpenDay(): Promise<number | null>;
  /** The day of the earliest thing that is counted; null while there is nothing. */
  firstDayWithData(): Promise<number | null>;
  /**
   * Makes every writer note what it changes of days before this one, and waits until all who began before are done: at most a
   * minute. @throws when a transaction of the server takes longer: nothing can be closed for now.
   */
  noteBefore(day: number): Promise<void>;
  /** All days before it had nothing: they are closed as they are. For a start only. */
  startAt(day: number): Promise<void>;
  /** Sums up one day, and the actives of the calendar days, weeks and months that end in it. False: somebody else has done it. */
  closeDay(day: number): Promise<boolean>;
  /** Moves some of the late changes to the sums they belong to, the oldest first; counts the actives of what they touched again. */
  foldLate(): Promise<Folded>;
  /** Counts the actives of projects that got another time zone. Answers how many there were. */
  followTimeZones(): Promise<number>;
};
