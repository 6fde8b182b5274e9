import { isUtf8 } from 'node:buffer';
import { structurePlans } from '../definitions/structure-plan.ts';
import { isServedVersion } from './format.ts';
import { fhirError } from '../outcome/codes.ts';
import { mediaType } from './read-body.ts';
import type { FhirCall } from './request.ts';
import type { Route } from './route.ts';
import { readXmlInSteps } from './xml/read.ts';

const FHIR_XML = new Set(['application/fhir+xml', 'application/xml+fhir']);
/** XML that need not be FHIR: it is where a resource is expected. */
const ANY_XML = new Set(['application/xml', 'text/xml']);

/**
 * A call whose body is FHIR JSON for all that comes after: a body in XML is read into the same. What may be content of
 * another kind (a Binary, the input of a bot) stays as it is unless its media type says FHIR.
 * @throws FhirError `FHIR_INVALID_XML`; `FHIR_UNSUPPORTED_MEDIA_TYPE` for a FHIR version other than 4.0
 * @see https://hl7.org/fhir/R4/http.html#mime-type
 */
export async function withReadableBody(call: FhirCall, found: Route): Promise<FhirCall> {
  const { request } = call;
  const { body, headers } = request;
  const header = headers['content-type'];
  if (body === undefined || header === undefined || request.json !== undefined) return call;
  if (!isServedVersion(header)) {
    throw fhirError('FHIR_UNSUPPORTED_MEDIA_TYPE', { type: header.slice(0, 100) });
  }
  const type = mediaType(header);
  if (body.length === 0 || !(FHIR_XML.has(type) || (ANY_XML.has(type) && !isOpaque(found))))
    return call;
  if (!isUtf8(body)) throw fhirError('FHIR_INVALID_XML', { reason: 'it is not UTF-8' });
  const json = await readXmlInSteps(
    structurePlans(call.services.definitions),
    body.toString('utf8'),
  );
  return {
    ...call,
    request: {
      ...request,
      json,
      headers: { ...headers, 'content-type': 'application/fhir+json' },
    },
  };
}

function isOpaque(found: Route): boolean {
  return (
    ('type' in found && found.type === 'Binary') ||
    (found.kind === 'operation' && found.name === 'execute')
  );
}
