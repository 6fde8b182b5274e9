import { fhirError } from '../../../outcome/codes.ts';
import type { IndexedResource } from '../../../search/index-values.ts';
import type { JsonResource } from '../../content.ts';
import type { ResourceInput, Unit } from './unit.ts';

/** A resource as it will be stored, and what the policy sees of it. */
export interface Proposed extends ResourceInput {
  readonly judged: IndexedResource;
}

/**
 * What a write comes to: the hooks before it have had their say, and it is a valid resource.
 * @param previous the version before; undefined where there is none
 * @param validated true where what was sent is valid and conforms, and what it was merged with needs no answer of its own
 * @throws FhirError `FHIR_INVALID_RESOURCE`, `FHIR_PROFILE_VIOLATED`, and what a hook throws
 */
export async function proposed(
  unit: Unit,
  input: ResourceInput,
  id: string,
  previous?: JsonResource,
  validated = false,
): Promise<Proposed> {
  const { store, context } = unit;
  const { beforeCreate, beforeUpdate } = store.hooks;
  const hook =
    previous === undefined
      ? beforeCreate?.bind(store.hooks, context)
      : beforeUpdate && ((resource: JsonResource) => beforeUpdate(context, resource, previous));
  const hooked = await hook?.(input.resource);
  const changed = hooked !== undefined && hooked !== input.resource;
  const { resource, exact } = changed ? { resource: hooked, exact: hooked } : input;
  if (changed || !validated) store.validate(resource, input.resource.resourceType);
  const issues = validated ? [] : ((await store.hooks.conform?.(resource)) ?? []);
  if (issues.length > 0) throw fhirError('FHIR_PROFILE_VIOLATED', {}, { issues: [...issues] });
  store.hooks.check?.(resource, context);
  return { resource, exact, judged: judge(unit, resource, id) };
}

/** What the policy sees of a resource as it will be stored. */
export function judge(unit: Unit, resource: JsonResource, id: string): IndexedResource {
  const { values, patients } = unit.store.extractor.extract(
    resource.id === id ? resource : { ...resource, id },
  );
  return { type: resource.resourceType, id, lastUpdated: Date.parse(unit.now), values, patients };
}
