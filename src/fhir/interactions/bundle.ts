import { isUtf8 } from 'node:buffer';
import type { Bundle } from '@medplum/fhirtypes';
import { fhirError } from '../../outcome/codes.ts';
import { isFhirJson, readResourceBody } from '../read-body.ts';
import type { FhirCall, FhirRequest, FhirResponse } from '../request.ts';
import { batch } from './batch.ts';
import { type BundleEntries, parsedEntries } from './bundle-entries.ts';
import { slicedBundle } from './sliced-entries.ts';
import { transaction } from './transaction.ts';

/** Entries that a Bundle may have; its size is limited by the size of the body as well. */
const MAX_ENTRIES = 10_000;

/** Bytes from which on the entries are parsed one at a time: twice in all, and never all of them together. */
const LARGE = 262_144;

/** `POST` to the base: a batch or a transaction. @see https://hl7.org/fhir/R4/http.html#transaction */
export async function bundle(call: FhirCall): Promise<FhirResponse> {
  const { type, entries } = large(call.request) ?? small(call.request);
  if (entries.length > MAX_ENTRIES) {
    throw fhirError('FHIR_INVALID_BUNDLE', {
      reason: `it has more than ${String(MAX_ENTRIES)} entries`,
    });
  }
  switch (type) {
    case 'batch':
      return batch(call, entries);
    case 'transaction':
      return transaction(call, entries);
    default:
      throw fhirError('FHIR_INVALID_BUNDLE', {
        reason: 'its type is neither batch nor transaction',
      });
  }
}

interface ReadBundle {
  readonly type: unknown;
  readonly entries: BundleEntries;
}

function large({ body, json, headers }: FhirRequest): ReadBundle | undefined {
  if (json !== undefined || body === undefined || body.length < LARGE) return undefined;
  if (!isFhirJson(headers['content-type']) || !isUtf8(body)) return undefined;
  const sliced = slicedBundle(body.toString('utf8'));
  if (sliced?.skeleton['resourceType'] !== 'Bundle') return undefined;
  return { type: sliced.skeleton['type'], entries: sliced.entries };
}

function small(request: FhirRequest): ReadBundle {
  const body = readResourceBody(request, 'Bundle');
  const resource = body.resource as unknown as Bundle;
  const exact = body.exact as unknown as Bundle;
  const { entry } = resource as { entry?: unknown };
  const objects =
    entry === undefined ||
    (Array.isArray(entry) &&
      entry.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item)));
  if (!objects)
    throw fhirError('FHIR_INVALID_BUNDLE', { reason: 'entry is not a list of objects' });
  return { type: resource.type, entries: parsedEntries(resource, exact) };
}
