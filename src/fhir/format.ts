import { fhirError } from './outcome/codes.ts';
import { FHIR_JSON_UTF8 } from './respond.ts';
import type { FhirRequest } from './request.ts';

const JSON_TYPES =
  /^(?:\*\/\*|application\/\*|application\/(?:fhir\+json|json\+fhir|json)|text\/(?:json|\*))$/;

/**
 * Refuses a request that accepts no format of this server. `_format` counts more than `Accept`.
 * @throws FhirError `FHIR_NOT_ACCEPTABLE`
 * @see https://hl7.org/fhir/R4/http.html#mime-type
 */
export function checkFormat({ query, headers }: FhirRequest): void {
  const asked = /(?:^|&)_format=([^&]*)/.exec(query)?.[1];
  const accept = headers['accept'];
  if (
    asked === undefined &&
    (accept === undefined || accept.includes('json') || accept.includes('*/*'))
  )
    return;
  const wanted = asked === undefined ? (accept ?? '').split(',') : [decode(asked)];
  const acceptable = wanted.some((item) => {
    const type = item.split(';', 1)[0]?.trim().toLowerCase() ?? '';
    return type === 'json' || JSON_TYPES.test(type);
  });
  if (!acceptable) {
    throw fhirError('FHIR_NOT_ACCEPTABLE', { accept: `available is ${FHIR_JSON_UTF8}` });
  }
}

/** `+` stands for itself here: clients write `_format=application/fhir+json` unescaped. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
