/** The queue is full. */
export const FULL = Symbol('full');

/** Lets a bounded number of runs go at the same time and a bounded number wait, first come first served. */
export class RunQueue {
  readonly #places: number;
  readonly #waitingRoom: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(places: number, waitingRoom: number) {
    this.#places = places;
    this.#waitingRoom = waitingRoom;
  }

  /** Runs `work` when a place is free. @returns {@link FULL} at once when too many wait. */
  async run<T>(work: () => Promise<T>): Promise<T | typeof FULL> {
    if (this.#running >= this.#places) {
      if (this.#waiting.length >= this.#waitingRoom) return FULL;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      // The place goes straight to whoever waits longest; nobody can slip in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
