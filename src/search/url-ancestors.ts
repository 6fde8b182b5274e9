/** Steps of a path that are looked at; what lies deeper is found by its first steps only. */
export const MAX_URL_STEPS = 20;

const URL_START = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]+/;

/**
 * A URL and the URLs above it, without slashes at the end: `http://a.example/b/c` stands below `http://a.example/b` and
 * `http://a.example`. Of anything else, a URN for one, nothing but itself.
 * @see https://hl7.org/fhir/R4/search.html#uri
 */
export function urlAncestors(uri: string): readonly string[] {
  const start = URL_START.exec(uri)?.[0];
  const own = withoutSlash(uri);
  if (start === undefined) return [own];
  const ancestors = [start];
  let end = uri.indexOf('/', start.length);
  while (end >= 0 && ancestors.length < MAX_URL_STEPS) {
    const ancestor = withoutSlash(uri.slice(0, end));
    if (ancestor !== ancestors.at(-1)) ancestors.push(ancestor);
    end = uri.indexOf('/', end + 1);
  }
  return own === ancestors.at(-1) ? ancestors : [...ancestors, own];
}

/** The URL without slashes at its end. */
export function withoutSlash(url: string): string {
  let end = url.length;
  while (end > 1 && url[end - 1] === '/') end -= 1;
  return url.slice(0, end);
}
