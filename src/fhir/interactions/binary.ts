import { fhirError } from '../../outcome/codes.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import type { Route } from '../route.ts';
import { binaryHistory } from './binary-history.ts';
import { readBinary } from './binary-read.ts';
import { createBinary, deleteBinary, updateBinary } from './binary-write.ts';

/**
 * The interactions of Binary, whose content is no FHIR and whose access depends on another resource.
 * @returns undefined for an operation, which is like that of any type
 * @throws FhirError `BINARY_NOT_SEARCHABLE` for what would have to look at many of them
 * @see https://hl7.org/fhir/R4/binary.html
 */
export function binary(call: FhirCall, found: Route): Promise<FhirResponse> | undefined {
  switch (found.kind) {
    case 'read':
      return readBinary(call, found.id);
    case 'vread':
      return readBinary(call, found.id, found.version);
    case 'history':
      return binaryHistory(call, found.id);
    case 'create':
      return createBinary(call);
    case 'update':
      return updateBinary(call, found.id);
    case 'delete':
      return deleteBinary(call, found.id);
    case 'patch':
      throw notAllowed('patched');
    case 'operation':
      return undefined;
    default:
      throw notAllowed('searched');
  }
}

function notAllowed(interaction: string) {
  return fhirError(
    'BINARY_NOT_SEARCHABLE',
    { interaction },
    { headers: { Allow: 'GET, POST, PUT, DELETE' } },
  );
}
