/** Segments of {@link BlobKey}; a segment never begins with a dot, so that no key leads out of its folder. */
const KEY = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}){0,7}$/;

/**
 * Makes sure that a key is one the server makes.
 * @throws TypeError for any other: keys never come from clients, so this is a programmer error
 */
export function checkedBlobKey(key: string): string {
  if (!KEY.test(key)) throw new TypeError('Not a blob key');
  return key;
}
