import type { PublishedDefinitions } from '../definitions/published.ts';
import type { ConformanceType, ConformanceTypes } from './model.ts';
import { isConformance, reduceConformance } from './reduce.ts';

const FILES = [
  'profiles-types.json',
  'profiles-resources.json',
  'profiles-others.json',
  'profiles-medplum.json',
  'extension-definitions.json',
  'valuesets.json',
  'valuesets-medplum.json',
  'valuesets-medplum-generated.json',
  'v2-tables.json',
  'v3-codesystems.json',
  'conceptmaps.json',
];

/** All conformance resources that are published with FHIR R4 and with Medplum; of one URL the first counts. */
export async function publishedContent(
  published: PublishedDefinitions,
): Promise<readonly ConformanceTypes[ConformanceType][]> {
  const known = new Set<string>();
  const content: ConformanceTypes[ConformanceType][] = [];
  // One file after another: the largest has 35 MB, and two of them in memory at once help nobody.
  for (const file of FILES) {
    for (const resource of await published.read(file)) {
      const json = resource as unknown as Readonly<Record<string, unknown>>;
      if (!isConformance(json)) continue;
      const key = `${json.resourceType} ${json.url}`;
      if (known.has(key)) continue;
      known.add(key);
      content.push(reduceConformance(json));
    }
  }
  return content;
}
