import { decide } from '../access/decide.ts';
import type { Principal } from '../access/principal.ts';
import { fhirError } from '../outcome/codes.ts';
import type { IndexExtractor } from '../search/index-values.ts';
import type { JsonResource } from '../storage/content.ts';

/**
 * Refuses a ProjectMembership that names a policy which its writer could not have given alone. Criteria can only say that
 * a membership names `AccessPolicy/patient`, never that it names nothing else.
 * @throws FhirError `ACCESS_DENIED`
 */
export function checkGrantedPolicies(
  extractor: Pick<IndexExtractor, 'extract'>,
  { policy }: Pick<Principal, 'policy'>,
  resource: JsonResource,
): void {
  if (resource.resourceType !== 'ProjectMembership') return;
  for (const alone of onePolicyEach(resource)) {
    const { values, patients } = extractor.extract(alone);
    const judged = {
      type: resource.resourceType,
      id: resource.id ?? '',
      lastUpdated: 0,
      values,
      patients,
    };
    const rule = decide(policy, 'create', judged) ?? decide(policy, 'update', judged);
    if (rule === undefined) {
      throw fhirError('ACCESS_DENIED', {
        interaction: 'granting all of its policies',
        type: resource.resourceType,
      });
    }
  }
}

function onePolicyEach(membership: JsonResource): readonly JsonResource[] {
  const { accessPolicy, access, ...rest } = membership as JsonResource & {
    readonly accessPolicy?: unknown;
    readonly access?: readonly unknown[];
  };
  return [
    ...(accessPolicy === undefined ? [] : [{ ...rest, accessPolicy }]),
    ...(access ?? []).map((entry) => ({ ...rest, access: [entry] })),
  ];
}
