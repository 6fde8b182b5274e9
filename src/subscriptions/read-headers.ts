/** Header fields of one Subscription. */
const MAX_HEADERS = 20;

/** Header fields that say how the request is sent, or that this server sets. */
const OURS =
  /^(?:host|connection|content-length|content-type|transfer-encoding|expect|upgrade|te|trailer|keep-alive|proxy-.*|x-signature|x-medplum-.*|x-diga-.*)$/i;

/**
 * Reads `channel.header`: `Name: value`, cut at the first colon only, so that a value may contain some.
 * @returns undefined where one is no header field, or one that is not the client's to set
 */
export function readHeaders(
  header: unknown,
): readonly (readonly [name: string, value: string])[] | undefined {
  if (header === undefined) return [];
  if (!Array.isArray(header) || header.length > MAX_HEADERS) return undefined;
  const fields: (readonly [string, string])[] = [];
  for (const line of header as unknown[]) {
    if (typeof line !== 'string' || line.length > 4_096) return undefined;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (colon < 1 || !/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(name)) return undefined;
    if (!/^[\x20-\x7e\t]*$/.test(value) || OURS.test(name)) return undefined;
    fields.push([name, value]);
  }
  return fields;
}
