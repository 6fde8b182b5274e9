/** Keeps the results of the most recent keys, so that what is asked for again and again is made once. */
export class Recent<K, V> {
  readonly #kept = new Map<K, V>();
  readonly #capacity: number;

  /** @param capacity results kept at most */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The result of the key, made now if it is not kept. */
  get(key: K, make: () => V): V {
    const kept = this.#kept;
    const known = kept.get(key);
    const value = known ?? make();
    if (known !== undefined) kept.delete(key);
    kept.set(key, value);
    if (kept.size > this.#capacity) kept.delete(kept.keys().next().value as K);
    return value;
  }
}
