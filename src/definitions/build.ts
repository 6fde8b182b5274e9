import type { CompactDefinitions, CompactSearchParameter } from './compact.ts';
import { OWN_SEARCH_PARAMETERS } from './own-search-parameters.ts';
import type { PublishedDefinitions, PublishedResource } from './published.ts';
import { reduceSearchParameters } from './reduce-search-parameters.ts';
import { concreteResourceTypes, reduceStructures } from './reduce-structures.ts';
import { boundValueSets, enumerate, onlySystem } from './reduce-value-sets.ts';

const STRUCTURES = ['profiles-types.json', 'profiles-resources.json', 'profiles-medplum.json'];
const SEARCH_PARAMETERS = ['search-parameters.json', 'search-parameters-medplum.json'];
const COMPARTMENT = 'compartmentdefinition-patient.json';
// The v2 tables bind nothing with strength required, so that their 6 MB stay unread.
const TERMINOLOGY = [
  'valuesets.json',
  'valuesets-medplum.json',
  'valuesets-medplum-generated.json',
  'v3-codesystems.json',
];

/** Reduces the published definitions to what the host uses: some 45 MB to 2 MB. */
export async function buildDefinitions(
  published: PublishedDefinitions,
): Promise<CompactDefinitions> {
  const definitions = await readAll(published, STRUCTURES, 'StructureDefinition');
  const structures = reduceStructures(definitions);
  const resourceTypes = concreteResourceTypes(definitions);
  const searchParameters = reduceSearchParameters(
    [...(await readAll(published, SEARCH_PARAMETERS, 'SearchParameter')), ...OWN_SEARCH_PARAMETERS],
    resourceTypes,
  );
  return {
    resourceTypes,
    structures,
    searchParameters,
    patientCompartment: await patientCompartment(published, searchParameters),
    ...(await requiredValueSets(published, boundValueSets(structures), resourceTypes)),
  };
}

/** Compartment parameters that exist and are references: R4 names a few that do not. */
async function patientCompartment(
  published: PublishedDefinitions,
  searchParameters: readonly CompactSearchParameter[],
): Promise<CompactDefinitions['patientCompartment']> {
  const references = new Set(
    searchParameters
      .filter(({ type }) => type === 'reference')
      .map(({ resourceType, code }) => `${resourceType}.${code}`),
  );
  const [compartment] = await readAll(published, [COMPARTMENT], 'CompartmentDefinition');
  return Object.fromEntries(
    (compartment?.resource ?? []).flatMap(({ code, param = [] }) => {
      const codes = param.filter((name) => references.has(`${code}.${name}`));
      return codes.length === 0 ? [] : [[code, codes]];
    }),
  );
}

async function requiredValueSets(
  published: PublishedDefinitions,
  bound: ReadonlySet<string>,
  resourceTypes: readonly string[],
): Promise<Pick<CompactDefinitions, 'requiredCodes' | 'requiredSystems'>> {
  const resources = (await Promise.all(TERMINOLOGY.map((file) => published.read(file)))).flat();
  const codeSystems = new Map(only(resources, 'CodeSystem').map((system) => [system.url, system]));
  const requiredCodes: Record<string, readonly string[]> = {};
  const requiredSystems: Record<string, string> = {};
  for (const valueSet of only(resources, 'ValueSet')) {
    if (!bound.has(valueSet.url)) continue;
    const codes = enumerate(valueSet, codeSystems, resourceTypes);
    if (codes !== undefined) requiredCodes[valueSet.url] = codes;
    const system = onlySystem(valueSet);
    if (system !== undefined) requiredSystems[valueSet.url] = system;
  }
  return { requiredCodes, requiredSystems };
}

type OfType<T extends PublishedResource['resourceType']> = Extract<
  PublishedResource,
  { resourceType: T }
>;

async function readAll<T extends PublishedResource['resourceType']>(
  published: PublishedDefinitions,
  files: readonly string[],
  type: T,
): Promise<readonly OfType<T>[]> {
  const all: OfType<T>[] = [];
  // One file after another: the largest has 35 MB, and two of them in memory at once help nobody.
  for (const file of files) all.push(...only(await published.read(file), type));
  return all;
}

function only<T extends PublishedResource['resourceType']>(
  resources: readonly PublishedResource[],
  type: T,
): readonly OfType<T>[] {
  return resources.filter((resource): resource is OfType<T> => resource.resourceType === type);
}
