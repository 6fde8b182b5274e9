import type { PublishedDefinitions } from '../../definitions/published.ts';

const STRUCTURES = ['profiles-types.json', 'profiles-resources.json', 'profiles-medplum.json'];
const PARAMETERS = ['search-parameters.json', 'search-parameters-medplum.json'];

/** Members that are kept; narratives and mappings are most of the files. */
const KEPT = new Set([
  'resourceType',
  'id',
  'url',
  'name',
  'kind',
  'description',
  'type',
  'baseDefinition',
  'code',
  'base',
  'expression',
  'target',
]);
const KEPT_OF_ELEMENTS = new Set([
  'id',
  'path',
  'definition',
  'min',
  'max',
  'base',
  'contentReference',
  'type',
  'binding',
]);

/** Where a text begins and ends, in bytes. */
export type TextRange = readonly [start: number, end: number];

/** The reduced definitions as JSON texts, all in one piece of memory: it goes from thread to thread without being copied. */
export interface PublishedTexts {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** StructureDefinitions by name. */
  readonly structures: ReadonlyMap<string, TextRange>;
  /** SearchParameters by base. */
  readonly parameters: ReadonlyMap<string, readonly TextRange[]>;
}

/** Reads the published definitions: a second or more without a pause, so it belongs into a thread of its own. */
export async function readTexts(definitions: PublishedDefinitions): Promise<PublishedTexts> {
  const structures = new Map<string, TextRange>();
  const parameters = new Map<string, TextRange[]>();
  const texts: Buffer[] = [];
  let length = 0;
  const keep = (value: object): TextRange => {
    const text = Buffer.from(JSON.stringify(value));
    texts.push(text);
    const start = length;
    length += text.length;
    return [start, length];
  };
  for (const file of [...STRUCTURES, ...PARAMETERS]) {
    for (const resource of await definitions.read(file)) {
      if (resource.resourceType === 'StructureDefinition') {
        const element = resource.snapshot?.element.map((one) => kept(one, KEPT_OF_ELEMENTS));
        structures.set(resource.name, keep({ ...kept(resource, KEPT), snapshot: { element } }));
      } else if (resource.resourceType === 'SearchParameter') {
        const range = keep(kept(resource, KEPT));
        for (const base of resource.base) {
          parameters.set(base, [...(parameters.get(base) ?? []), range]);
        }
      }
    }
  }
  const bytes = new Uint8Array(length);
  for (const [index, start] of offsets(texts).entries()) bytes.set(texts[index] ?? [], start);
  return { bytes, structures, parameters };
}

function offsets(texts: readonly Buffer[]): readonly number[] {
  let start = 0;
  return texts.map(({ length }) => {
    start += length;
    return start - length;
  });
}

function kept(value: object, members: ReadonlySet<string>): object {
  return Object.fromEntries(Object.entries(value).filter(([name]) => members.has(name)));
}
