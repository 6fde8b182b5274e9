import type { Coding, Meta } from '@medplum/fhirtypes';
import { fhirError } from '../../outcome/codes.ts';
import { GUARDED_TYPES } from './visible-types.ts';
import type { CoreOperation } from './core-operation.ts';
import { changeMeta, sameCoding } from './meta-change.ts';

/**
 * `[type]/[id]/$meta-delete`: removes profiles, tags and security labels. What is not there is no error.
 * @see https://hl7.org/fhir/R4/resource-operation-meta-delete.html
 */
export const metaDelete: CoreOperation = {
  name: 'meta-delete',
  instances: 'all',
  except: GUARDED_TYPES,
  permission: 'data',
  definition: 'http://hl7.org/fhir/OperationDefinition/Resource-meta-delete',
  documentation: 'Removes profiles, tags and security labels from a resource.',
  handle: (call, { type, id }) => {
    if (type === undefined || id === undefined)
      throw fhirError('OPERATION_UNKNOWN', { operation: 'meta-delete' });
    return changeMeta(call, 'meta-delete', type, id, removed);
  },
};

function removed(present: Meta, { profile = [], security = [], tag = [] }: Meta): Meta {
  const without = (before: readonly Coding[] = [], gone: readonly Coding[]): Coding[] =>
    before.filter((coding) => !gone.some((one) => sameCoding(one, coding)));
  const { profile: profiles = [], security: labels, tag: tags, ...rest } = present;
  const kept = {
    profile: profiles.filter((url) => !profile.includes(url)),
    security: without(labels, security),
    tag: without(tags, tag),
  };
  return {
    ...rest,
    ...Object.fromEntries(Object.entries(kept).filter(([, values]) => values.length > 0)),
  };
}
