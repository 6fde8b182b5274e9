import { fhirError } from '../../outcome/codes.ts';

/** Part of a content; both ends are inside. */
export interface ContentRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The part that `Range` asks for. Several parts, other units and what cannot be read count as no range: then all is sent,
 * as HTTP allows.
 * @param size bytes of the content
 * @throws FhirError `BINARY_RANGE_NOT_SATISFIABLE`
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-14.2
 */
export function readRange(header: string | undefined, size: number): ContentRange | undefined {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (found === null) return undefined;
  const [, first = '', last = ''] = found;
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (start >= size || (first === '' && Number(last) === 0)) {
    throw fhirError(
      'BINARY_RANGE_NOT_SATISFIABLE',
      {},
      { headers: { 'Content-Range': `bytes */${String(size)}` } },
    );
  }
  return { start, end };
}
