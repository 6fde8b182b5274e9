import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { GraphResource } from './graph-resource.ts';
import type { PublishedTexts, TextRange } from './published-texts.ts';
import type { Given } from './resolve.ts';

/** The published StructureDefinitions and SearchParameters, as clients ask for them to learn what FHIR has. */
export interface PublishedSchema {
  /** The published resources that a list asks for by name or base; undefined where there are none. */
  list(type: string, given: Given): Promise<readonly GraphResource[] | undefined>;
}

const WORKER = join(import.meta.dirname, 'published-worker.ts');

/**
 * Answers from the published definitions, which everybody may know; so no policy is asked. They are read when somebody
 * asks first, and kept as texts: as objects they would take several times the memory.
 */
export function createPublishedSchema(
  load: () => Promise<PublishedTexts> = readInWorker,
): PublishedSchema {
  let texts: Promise<PublishedTexts> | undefined;
  const loaded = async (): Promise<PublishedTexts> => {
    texts ??= load();
    try {
      return await texts;
    } catch (error) {
      texts = undefined;
      throw error;
    }
  };
  return {
    async list(type, given) {
      if (type === 'StructureDefinition') {
        const name = nameOf(given);
        if (name === undefined) return undefined;
        const { bytes, structures } = await loaded();
        const range = structures.get(name);
        return range === undefined ? undefined : [resourceAt(bytes, range)];
      }
      const base = type === 'SearchParameter' ? given['base'] : undefined;
      if (typeof base !== 'string') return undefined;
      const { bytes, parameters } = await loaded();
      return parameters.get(base)?.map((range) => resourceAt(bytes, range));
    },
  };
}

function resourceAt(bytes: Uint8Array<ArrayBuffer>, [start, end]: TextRange): GraphResource {
  return JSON.parse(Buffer.from(bytes.buffer, start, end - start).toString()) as GraphResource;
}

function nameOf(given: Given): string | undefined {
  if (typeof given['name'] === 'string') return given['name'];
  const filter = given['_filter'];
  return typeof filter === 'string'
    ? /^name eq "?([A-Za-z]{1,64})"?$/.exec(filter)?.[1]
    : undefined;
}

/** Reads them in a thread that ends with that. @throws Error where the definitions cannot be read */
function readInWorker(): Promise<PublishedTexts> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { env: {}, argv: [], execArgv: [] });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      reject(new Error(`The thread that reads definitions ended with ${String(code)}`));
    });
  });
}
