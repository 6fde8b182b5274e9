/** Pauses between looks, in milliseconds: most transactions commit right after the enqueue, some only later. */
const PAUSES = [3, 10, 20, 40, 80];

/** How long after the last enqueue a commit is expected, in milliseconds. The tick of the runner finds later ones. */
const PATIENCE = 2_000;

/**
 * Looks for jobs that this node has enqueued but whose commit it does not see. However many are enqueued, there is one
 * timer; looks are at least 10 ms apart unless the node was at rest.
 */
export class Expectation {
  readonly #look: () => void;
  #timer: NodeJS.Timeout | undefined;
  #step = 0;
  #waited = 0;
  #stopped = false;

  constructor(look: () => void) {
    this.#look = look;
  }

  /** A job was enqueued: look for it. */
  extend(): void {
    this.#waited = 0;
    this.#step = Math.min(this.#step, 1);
    if (this.#timer === undefined && !this.#stopped) this.#wait();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(): void {
    const pause = PAUSES[Math.min(this.#step, PAUSES.length - 1)] ?? PATIENCE;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
      this.#step += 1;
      this.#waited += pause;
      if (this.#waited < PATIENCE) this.#wait();
      else this.#step = 0;
    }, pause);
  }
}
