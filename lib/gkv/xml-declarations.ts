import { GkvMessageError } from './gkv-message-error.ts';

/**
 * Lets only comments and CDATA sections begin with `<!`: no DOCTYPE, so no entity, no default attribute, no external
 * file. Runs before the parser sees the text, so that nothing depends on the parser's own idea of a DOCTYPE.
 * @throws GkvMessageError XML_DOCTYPE for any other declaration, XML_NOT_WELL_FORMED when comment or CDATA does not end.
 */
export function refuseMarkupDeclarations(text: string): void {
  for (let at = text.indexOf('<!'); at >= 0; at = text.indexOf('<!', at)) {
    const end = text.startsWith('<!--', at)
      ? endOfComment(text, at)
      : text.startsWith('<![CDATA[', at)
        ? endOfCdata(text, at)
        : undefined;
    if (end === undefined) throw new GkvMessageError('XML_DOCTYPE');
    if (end < 0) throw new GkvMessageError('XML_NOT_WELL_FORMED');
    at = end;
  }
}

function endOfCdata(text: string, start: number): number {
  const end = text.indexOf(']]>', start + 9);
  return end < 0 ? -1 : end + 3;
}

/** The first `--` inside a comment must be its end. */
function endOfComment(text: string, start: number): number {
  const dashes = text.indexOf('--', start + 4);
  return dashes >= 0 && text.charAt(dashes + 2) === '>' ? dashes + 3 : -1;
}
