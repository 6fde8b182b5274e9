import type { Bundle, ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { layered, storedConformance } from '../../conformance/stored.ts';
import type { ConformanceSource, StructureResource } from '../../conformance/model.ts';
import { fhirError } from '../../outcome/codes.ts';
import { parseQuery } from '../../search/parse-query.ts';
import { recorded } from '../../terminology/answer.ts';
import { json } from '../respond.ts';
import type { CoreOperation } from './core-operation.ts';

/** Profiles in one answer: a form does not go deeper, and a profile could name itself. */
const MAX_PROFILES = 20;

/**
 * `StructureDefinition/$expand-profile`: a profile and the profiles that its elements name, as forms need them. It is
 * Medplum's; the canonical stands in the query and the body is empty.
 */
export const expandProfile: CoreOperation = {
  name: 'expand-profile',
  types: ['StructureDefinition'],
  get: true,
  permission: 'data',
  definition: 'https://medplum.com/fhir/OperationDefinition/StructureDefinition-expand-profile',
  documentation: 'A profile with the profiles that its elements name.',
  handle(call, target) {
    const url = parseQuery(call.request.query).find(([name]) => name === 'url')?.[1] ?? '';
    return recorded(call, 'expand-profile', target, url, async () => {
      if (url === '') {
        throw fhirError('OPERATION_INVALID_PARAMETERS', {
          operation: 'expand-profile',
          reason: '"url" is required',
        });
      }
      const { services, context } = call;
      const source = layered(storedConformance(services.store, context), services.conformance);
      const profiles = await collect(source, url);
      if (profiles.length === 0) {
        throw fhirError('OPERATION_INVALID_PARAMETERS', {
          operation: 'expand-profile',
          reason: 'there is no profile with a snapshot of that URL',
        });
      }
      const bundle: Bundle = {
        resourceType: 'Bundle',
        type: 'collection',
        entry: profiles.map((resource) => ({ resource })),
      };
      return json(200, JSON.stringify(bundle));
    });
  },
};

async function collect(
  source: ConformanceSource,
  first: string,
): Promise<readonly StructureDefinition[]> {
  const known = new Set<string>();
  const waiting: { readonly url: string; readonly scope?: string }[] = [{ url: first }];
  const profiles: StructureDefinition[] = [];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (known.has(next.url) || profiles.length >= MAX_PROFILES) continue;
    known.add(next.url);
    const found = await source.find('StructureDefinition', next.url, next.scope);
    if (found?.resource.complete !== true) continue;
    const { resource, scope } = found;
    profiles.push(await withBases(source, resource));
    for (const url of resource.elements.flatMap(named)) waiting.push({ url, scope });
  }
  return profiles;
}

function named({ type = [] }: ElementDefinition): readonly string[] {
  return type.flatMap(({ profile = [] }) => profile);
}

/** A client knows by the base whether an element that is there once only is a list still. */
async function withBases(
  source: ConformanceSource,
  profile: StructureResource,
): Promise<StructureDefinition> {
  const base = await source.find(
    'StructureDefinition',
    `http://hl7.org/fhir/StructureDefinition/${profile.type}`,
  );
  const cardinalities = new Map(
    (base?.resource.elements ?? []).map(({ path, min, max }) => [path, { path, min, max }]),
  );
  const element = profile.elements.map((item) => {
    const found = cardinalities.get(item.path);
    return found === undefined ? item : { ...item, base: found };
  });
  const { url, type, kind, version, derivation, baseDefinition } = profile;
  return {
    resourceType: 'StructureDefinition',
    url,
    name: url.slice(url.lastIndexOf('/') + 1),
    status: 'active',
    kind: kind as StructureDefinition['kind'],
    abstract: profile.abstract ?? false,
    type,
    ...(version === undefined ? {} : { version }),
    ...(derivation === undefined
      ? {}
      : { derivation: derivation as NonNullable<StructureDefinition['derivation']> }),
    ...(baseDefinition === undefined ? {} : { baseDefinition }),
    snapshot: { element: element as ElementDefinition[] },
  };
}
