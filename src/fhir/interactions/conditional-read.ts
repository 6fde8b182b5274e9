import type { ShownVersion } from '../../storage/repository/shown/shown-version.ts';
import type { FhirRequest } from '../request.ts';
import { etag } from '../respond.ts';

/**
 * True if the client has the version already, by `If-None-Match`, or without that by `If-Modified-Since`. Tags are compared
 * weakly; a date that cannot be read does not count.
 * @see https://hl7.org/fhir/R4/http.html#cread
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
 */
export function isKnown(
  { headers }: Pick<FhirRequest, 'headers'>,
  { versionId, lastUpdated }: Pick<ShownVersion, 'versionId' | 'lastUpdated'>,
): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined) {
    const current = etag(versionId).slice(2);
    return tags.split(',').some((tag) => {
      const text = tag.trim();
      return text === '*' || text.replace(/^W\//, '') === current;
    });
  }
  const since = headers['if-modified-since'];
  if (since === undefined || lastUpdated === undefined) return false;
  const instant = Date.parse(since);
  // Last-Modified has whole seconds, and so has what the client kept of it.
  return !Number.isNaN(instant) && Math.floor(lastUpdated / 1000) <= Math.floor(instant / 1000);
}
