/** What was written, in order, and a point after which no answer comes any more. */
export class Writes {
  readonly #made: string[] = [];
  #limit = Number.POSITIVE_INFINITY;
  #reached: () => void = () => undefined;
  #first: { readonly path: string; readonly act: () => Promise<void> } | undefined;

  /** `POST /fhir/R4/AccessPolicy`, one for each request that was answered without an error and was no GET. */
  get made(): readonly string[] {
    return this.#made;
  }

  /**
   * Lets `count` more writes be answered. The next is done, but nobody is told: its connection stays open without an answer.
   * @returns settled when that write was made
   */
  holdAfter(count: number): Promise<void> {
    this.#limit = this.#made.length + count;
    return new Promise((resolve) => {
      this.#reached = resolve;
    });
  }

  /** Does something once, right before the first write whose method and path begin like this. */
  before(path: string, act: () => Promise<void>): void {
    this.#first = { path, act };
  }

  /** For the server: a write is about to be made. */
  async coming(what: string): Promise<void> {
    const first = this.#first;
    if (first === undefined || !what.startsWith(first.path)) return;
    this.#first = undefined;
    await first.act();
  }

  /** Answers again. What was held stays without an answer. */
  release(): void {
    this.#limit = Number.POSITIVE_INFINITY;
  }

  /** For the server: a write was made. Never settled where its answer is held. */
  async done(what: string): Promise<void> {
    this.#made.push(what);
    if (this.#made.length <= this.#limit) return;
    this.#reached();
    await new Promise<never>(() => undefined);
  }
}
