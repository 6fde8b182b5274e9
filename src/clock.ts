/**
 * The only place that reads the system clock; everything else takes a {@link Clock}, so that tests can hold time still.
 */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** The clock of the machine. */
export const systemClock: Clock = { now: () => Date.now() };
