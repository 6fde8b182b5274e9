import type { Coding, Meta } from '@medplum/fhirtypes';
import { patchResource } from '../../storage/repository/writing/write.ts';
import type { JsonResource } from '../../storage/content.ts';
import { parseExact } from '../../json/exact.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { metaAnswer } from './meta.ts';
import { operationParameters } from './operation-parameters.ts';

/** Makes the new meta of the present one and the one that was sent. */
export type MetaChange = (present: Meta, given: Meta) => Meta;

/**
 * Changes the meta of one resource, as a version of its own: what was said before stays to be seen in the history.
 * @throws FhirError `OPERATION_INVALID_PARAMETERS`, and as an update does
 */
export async function changeMeta(
  call: FhirCall,
  operation: string,
  type: string,
  id: string,
  change: MetaChange,
): Promise<FhirResponse> {
  const { services, context, request } = call;
  const value = operationParameters(request, operation).find(({ name }) => name === 'meta')?.value;
  const given = readMeta(value, operation);
  const written = await patchResource(services.store, context, type, id, (current) => {
    const { value: plain, exact } = parseExact(current);
    return { resource: changed(plain), exact: changed(exact) };
  });
  return metaAnswer((JSON.parse(written.content) as { meta?: Meta }).meta ?? {});

  function changed(resource: unknown): JsonResource {
    const present = resource as JsonResource;
    return { ...present, meta: change(present.meta ?? {}, given) };
  }
}

/** Two codings are the same label where system and code are. */
export function sameCoding(a: Coding, b: Coding): boolean {
  return a.system === b.system && a.code === b.code;
}

function readMeta(value: unknown, operation: string): Meta {
  const {
    profile = [],
    security = [],
    tag = [],
  } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const wellFormed =
    typeof value === 'object' &&
    value !== null &&
    Array.isArray(profile) &&
    profile.every((url) => typeof url === 'string') &&
    [security, tag].every(
      (codings) =>
        Array.isArray(codings) &&
        codings.every((coding) => typeof coding === 'object' && coding !== null),
    );
  if (!wellFormed) {
    const reason = 'a parameter meta with a valueMeta is expected';
    throw fhirError('OPERATION_INVALID_PARAMETERS', { operation, reason });
  }
  return {
    profile,
    security: security as Coding[],
    tag: tag as Coding[],
  };
}
