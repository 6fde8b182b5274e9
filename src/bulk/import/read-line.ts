import { isUtf8 } from 'node:buffer';
import type { Definitions } from '../../definitions/model.ts';
import { fhirError } from '../../outcome/codes.ts';
import { type FhirError, isFhirError } from '../../outcome/fhir-error.ts';
import { parseBody } from '../../fhir/read-body.ts';
import type { JsonResource } from '../../storage/content.ts';
import type { ResourceInput } from '../../storage/repository/writing/unit.ts';

/** A line of an import: what is to be written, or why it cannot be read. */
export interface ImportLine {
  /** Index of the input. */
  readonly input: number;
  /** From 1. */
  readonly line: number;
  /** `Type/id`, where the line has an id. */
  readonly key?: string;
  readonly text: string;
  readonly content: ResourceInput | FhirError;
}

/** @see https://hl7.org/fhir/R4/datatypes.html#id */
const ID = /^[A-Za-z0-9\-.]{1,64}$/;

/** Reads a line; what is wrong with it becomes its content. @param declared type that the client says all lines have */
export function readLine(
  definitions: Definitions,
  bytes: Buffer,
  place: { readonly input: number; readonly line: number },
  declared?: string,
): ImportLine {
  const text = isUtf8(bytes) ? bytes.toString('utf8') : undefined;
  try {
    if (text === undefined) throw fhirError('FHIR_INVALID_JSON', { reason: 'it is not UTF-8' });
    const content = readContent(definitions, text, declared);
    const { resourceType, id } = content.resource;
    return {
      ...place,
      text,
      content,
      ...(id === undefined ? {} : { key: `${resourceType}/${id}` }),
    };
  } catch (error) {
    if (!isFhirError(error)) throw error;
    return { ...place, text: '', content: error };
  }
}

function readContent(
  definitions: Definitions,
  text: string,
  declared: string | undefined,
): ResourceInput {
  const { value, exact } = parseBody(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw fhirError('FHIR_INVALID_JSON', { reason: 'it is not an object' });
  const { resourceType: type, id } = value as { resourceType?: unknown; id?: unknown };
  if (typeof type !== 'string' || !definitions.isResourceType(type)) {
    const shown = typeof type === 'string' ? type.slice(0, 64) : '';
    throw fhirError('FHIR_UNKNOWN_RESOURCE_TYPE', { type: shown });
  }
  if (declared !== undefined && declared !== type)
    throw fhirError('FHIR_TYPE_DIFFERS', { actual: type, expected: declared });
  // The ledger is written by nobody.
  if (type === 'AuditEvent')
    throw fhirError('FHIR_METHOD_NOT_ALLOWED', { method: 'PUT', path: 'AuditEvent' });
  if (id !== undefined && (typeof id !== 'string' || !ID.test(id)))
    throw fhirError('FHIR_INVALID_ID');
  return { resource: value as JsonResource, exact: exact as JsonResource };
}
