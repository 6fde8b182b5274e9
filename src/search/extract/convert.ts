import type { SearchParameterType } from '../../definitions/model.ts';
import type { Convert } from './converter.ts';
import { dateConverter } from './convert-date.ts';
import { numberConverter } from './convert-number.ts';
import { quantityConverter } from './convert-quantity.ts';
import { type LocalBases, referenceConverter } from './convert-reference.ts';
import { stringConverter } from './convert-string.ts';
import { tokenConverter } from './convert-token.ts';
import { uriConverter } from './convert-uri.ts';

/**
 * The conversion of a FHIR type for a kind of parameter.
 * @returns undefined where R4 gives the pair no meaning, such as an Age under a date parameter.
 * @see https://hl7.org/fhir/R4/search.html#ptypes
 */
export function converterFor(
  kind: SearchParameterType,
  type: string,
  bases: LocalBases,
): Convert | undefined {
  switch (kind) {
    case 'token':
      return tokenConverter(type);
    case 'reference':
      return referenceConverter(type, bases);
    case 'string':
      return stringConverter(type);
    case 'date':
      return dateConverter(type);
    case 'number':
      return numberConverter(type);
    case 'quantity':
      return quantityConverter(type);
    case 'uri':
      return uriConverter(type);
    case 'composite':
    case 'special':
      return undefined;
  }
}
