/** A clock that stands still until a test moves it. Pass `clock.now` wherever the code takes `() => Date`. */
export class FakeClock {
  #ms: number;

  constructor(start: string | Date) {
    this.#ms = new Date(start).getTime();
  }

  readonly now = (): Date => new Date(this.#ms);

  advance({ days = 0, hours = 0, minutes = 0, seconds = 0, ms = 0 }: Duration): void {
    this.#ms += (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000 + ms;
  }

  set(instant: string | Date): void {
    this.#ms = new Date(instant).getTime();
  }
}

type Duration = { days?: number; hours?: number; minutes?: number; seconds?: number; ms?: number };
