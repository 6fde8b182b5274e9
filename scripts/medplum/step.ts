/** One thing that the deployment does, or would do in a dry run. */
export interface Step {
  /** `keep`: it is there as it should be. `conflict`: it cannot be done, and so nothing is. `left`: not wanted any more. */
  readonly action: 'create' | 'update' | 'deploy' | 'keep' | 'left' | 'conflict';
  /** `AccessPolicy "Patient"`. */
  readonly what: string;
  /** What differs, or why it cannot be done. */
  readonly why?: string;
  /** Absent for `keep`, `left` and `conflict`. */
  readonly run?: () => Promise<void>;
}

/** Ids by key: those that the server has, and from the run on those that it has given. */
export type Ids = Map<string, string>;

export function conflict(what: string, why: string): Step {
  return { action: 'conflict', what, why };
}

/** @throws TypeError if an earlier step should have told the id and has not */
export function idOf(ids: Ids, key: string): string {
  const id = ids.get(key);
  if (id === undefined) throw new TypeError(`${key} has no id yet`);
  return id;
}
