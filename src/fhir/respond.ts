import type { OperationOutcome } from '@medplum/fhirtypes';
import type { ShownText } from '../storage/repository/shown/shown-text.ts';
import type { ShownVersion } from '../storage/repository/shown/shown-version.ts';
import type { FhirCall, FhirRequest, FhirResponse } from './request.ts';

/** Content type of every FHIR answer. */
export const FHIR_JSON_UTF8 = 'application/fhir+json; charset=utf-8';

/** Nothing of a patient's data may stay in a cache on the way. */
const PRIVATE = { 'Content-Type': FHIR_JSON_UTF8, 'Cache-Control': 'no-store, private' };

/** An answer with a JSON text. */
export function json(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): FhirResponse {
  return { status, headers: { ...PRIVATE, ...headers }, body };
}

/** An answer with an OperationOutcome. */
export function outcome(
  status: number,
  resource: OperationOutcome,
  headers: Readonly<Record<string, string>> = {},
): FhirResponse {
  return json(status, JSON.stringify(resource), headers);
}

/** An answer with a resource of the store. */
export function resourceAnswer(
  status: number,
  content: ShownText,
  headers: Readonly<Record<string, string>> = {},
): FhirResponse {
  return json(status, content, headers);
}

/** Header fields of a version. @see https://hl7.org/fhir/R4/http.html#versions */
export function versionHeaders({
  versionId,
  lastUpdated,
}: Pick<ShownVersion, 'versionId' | 'lastUpdated'>): Record<string, string> {
  return {
    ETag: etag(versionId),
    ...(lastUpdated === undefined ? {} : { 'Last-Modified': new Date(lastUpdated).toUTCString() }),
  };
}

/** Weak ETag of a version. */
export function etag(versionId: string): string {
  return `W/"${versionId}"`;
}

/** Absolute URL of a version. */
export function versionUrl(
  base: string,
  { type, id, versionId }: Pick<ShownVersion, 'type' | 'id' | 'versionId'>,
): string {
  return `${base}/${type}/${id}/_history/${versionId}`;
}

/** What the client wants back of a write. @see https://hl7.org/fhir/R4/http.html#return */
export function preferredReturn(
  request: FhirRequest,
): 'representation' | 'minimal' | 'OperationOutcome' {
  const match = /(?:^|[,;\s])return=("?)(minimal|OperationOutcome|representation)\1/.exec(
    request.headers['prefer'] ?? '',
  );
  return (match?.[2] as 'minimal' | undefined) ?? 'representation';
}

/** Codes under which HAPI users look for the success of a write. */
const STORAGE_CODES = 'https://hapifhir.io/fhir/CodeSystem/hapi-fhir-storage-response-code';

/** OperationOutcome of a successful write. */
export function successOutcome(code: string, text: string): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: 'information',
        code: 'informational',
        details: { coding: [{ system: STORAGE_CODES, code }], text },
        diagnostics: text,
      },
    ],
  };
}

/** Answer to a create, update or patch. HAPI clients take the id from `Location`, whether or not something is new. */
export function written(
  call: FhirCall,
  status: number,
  version: ShownVersion,
  success: OperationOutcome,
): FhirResponse {
  const url = versionUrl(call.request.base, version);
  const headers = { ...versionHeaders(version), 'Content-Location': url, Location: url };
  switch (preferredReturn(call.request)) {
    case 'minimal':
      return { status, headers, success };
    case 'OperationOutcome':
      return { ...outcome(status, success, headers), success };
    case 'representation':
      return { ...resourceAnswer(status, version.content, headers), success };
  }
}
