/**
 * Decodes the segments of a path, each for itself: `%24` becomes `$`, but `%2F` never becomes a separator. A segment that
 * cannot be decoded, or would hold a separator, stays as it is and is found nowhere.
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-2.2
 */
export function decodePath(path: string): string {
  if (!path.includes('%')) return path;
  return path.split('/').map(decodeSegment).join('/');
}

function decodeSegment(segment: string): string {
  try {
    const decoded = decodeURIComponent(segment);
    return decoded.includes('/') ? segment : decoded;
  } catch {
    return segment;
  }
}
