import { createHmac, createSecretKey } from 'node:crypto';

/** Names a version by what is seen of it; the same view has the same name, and another has another. */
export type ViewTag = (text: string) => string;

/** Bytes of the hash that are kept: nobody finds two views with one name. */
const BYTES = 16;

/**
 * Names for the versions of those who see parts of resources. Numbers would tell of changes they may not see. The hash is
 * keyed, so that nobody can try out what may stand in a view.
 * @param secret 32 random bytes
 */
export function createViewTag(secret: Buffer): ViewTag {
  const key = createSecretKey(secret);
  return (text) =>
    `v${createHmac('sha256', key).update(text).digest().subarray(0, BYTES).toString('hex')}`;
}

/** True for what may be the name of a view; a number never is. */
export function isViewTag(version: string): boolean {
  return /^v[0-9a-f]{32}$/.test(version);
}
