import type { Coding, Meta } from '@medplum/fhirtypes';
import { fhirError } from '../../outcome/codes.ts';
import { GUARDED_TYPES } from './visible-types.ts';
import type { CoreOperation } from './core-operation.ts';
import { changeMeta, sameCoding } from './meta-change.ts';

/**
 * `[type]/[id]/$meta-add`: adds profiles, tags and security labels. What is there already stays once.
 * @see https://hl7.org/fhir/R4/resource-operation-meta-add.html
 */
export const metaAdd: CoreOperation = {
  name: 'meta-add',
  instances: 'all',
  except: GUARDED_TYPES,
  permission: 'data',
  definition: 'http://hl7.org/fhir/OperationDefinition/Resource-meta-add',
  documentation: 'Adds profiles, tags and security labels to a resource.',
  handle: (call, { type, id }) => {
    if (type === undefined || id === undefined)
      throw fhirError('OPERATION_UNKNOWN', { operation: 'meta-add' });
    return changeMeta(call, 'meta-add', type, id, added);
  },
};

function added(present: Meta, { profile = [], security = [], tag = [] }: Meta): Meta {
  const codings = (before: readonly Coding[] = [], more: readonly Coding[]): Coding[] => [
    ...before,
    ...more.filter((coding) => !before.some((one) => sameCoding(one, coding))),
  ];
  const profiles = [...new Set([...(present.profile ?? []), ...profile])];
  const labels = codings(present.security, security);
  const tags = codings(present.tag, tag);
  return {
    ...present,
    ...(profiles.length === 0 ? {} : { profile: profiles }),
    ...(labels.length === 0 ? {} : { security: labels }),
    ...(tags.length === 0 ? {} : { tag: tags }),
  };
}
