import { isFhirType } from './media-type.ts';

/**
 * True if a reader of a Binary gets the content itself: always, unless it asks for FHIR by `_format` or prefers a FHIR
 * media type.
 * @see https://hl7.org/fhir/R4/binary.html#rest
 */
export function acceptsRaw(query: string, accept: string | undefined): boolean {
  if (/(?:^|&)_format=/.test(query)) return false;
  let fhir = 0;
  let other = 0;
  for (const item of (accept ?? '*/*').slice(0, 1_024).split(',')) {
    const [type = '', ...parameters] = item.split(';');
    const q = parameters.map((text) => /^\s*q=([\d.]{1,5})\s*$/i.exec(text)?.[1]).find(Boolean);
    const weight = q === undefined ? 1 : Number(q);
    if (isFhirType(type.trim().toLowerCase())) fhir = Math.max(fhir, weight);
    else other = Math.max(other, weight);
  }
  return fhir === 0 || other > fhir;
}
