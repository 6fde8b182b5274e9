import type { Logger } from 'pino';
import type { Kostentraeger } from '../../../lib/gkv/index.ts';
import type { CertificateList } from '../../../lib/secon/index.ts';
import type { Clock } from '../../../src/plugin/sdk.ts';
import type { SourceConfig } from '../config.ts';
import { gkvError } from '../errors.ts';
import {
  mayReplaceCertificates,
  mayReplaceDirectory,
  readVerzeichnis,
  readZertifikate,
} from './directory-kinds.ts';
import { type DirectoryKind, type DirectoryStore, digestOf } from './directory-store.ts';

/** Insurers and certificates in use. */
export interface InsurerDirectory {
  /**
   * What is in use; fetched first where there is nothing yet, and in the background when it is due.
   * @throws FhirError `GKV_DIRECTORY_UNAVAILABLE`, `GKV_DIRECTORY_OUTDATED`
   */
  current(): Promise<Insurers>;
  /** Fetches both files now; failures are logged, the versions in use stay. */
  refresh(): Promise<void>;
}

/** Both published files, read. */
export interface Insurers {
  readonly eintraege: readonly Kostentraeger[];
  readonly certificates: CertificateList;
}

/** What the directory works with. */
export interface InsurerDirectoryOptions {
  readonly store: DirectoryStore;
  readonly sources: Readonly<Record<DirectoryKind, SourceConfig>>;
  readonly fetch: (source: SourceConfig) => Promise<Buffer>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly refreshHours: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Another node may have imported a new version meanwhile. */
const REREAD = 60_000;
const RETRY = 300_000;
/** The directory is to be updated at least quarterly. */
const WARN_DAYS = 80;
const BLOCK_DAYS = 100;
const KINDS = ['verzeichnis', 'zertifikate'] as const;
const MAY_REPLACE = { verzeichnis: mayReplaceDirectory, zertifikate: mayReplaceCertificates };
const COUNT: Readonly<Record<DirectoryKind, (content: Buffer) => number>> = {
  verzeichnis: (content) => readVerzeichnis(content).length,
  zertifikate: (content) => readZertifikate(content).certificates.length,
};

interface Loaded extends Insurers {
  readonly versions: string;
  readonly readAt: number;
  readonly confirmedAt: number;
}

/** Keeps the files in the billing database and in memory. */
export function insurerDirectory(options: InsurerDirectoryOptions): InsurerDirectory {
  const { store, clock, log } = options;
  let loaded: Loaded | undefined;
  let refreshing: Promise<void> | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;

  const load = async (): Promise<Loaded | undefined> => {
    const [verzeichnis, zertifikate] = await Promise.all(KINDS.map((kind) => store.active(kind)));
    if (verzeichnis === undefined || zertifikate === undefined) return undefined;
    const versions = `${verzeichnis.version}/${zertifikate.version}`;
    const content =
      loaded?.versions === versions
        ? loaded
        : {
            eintraege: readVerzeichnis(verzeichnis.content),
            certificates: readZertifikate(zertifikate.content),
          };
    return {
      eintraege: content.eintraege,
      certificates: content.certificates,
      versions,
      readAt: clock.now(),
      confirmedAt: Math.min(verzeichnis.confirmedAt, zertifikate.confirmedAt),
    };
  };

  const refresh = (): Promise<void> => {
    triedAt = clock.now();
    refreshing ??= Promise.all(KINDS.map((kind) => importOne(kind, options)))
      .then(async () => {
        loaded = await load();
      })
      .finally(() => {
        refreshing = undefined;
      });
    return refreshing;
  };

  return {
    refresh,
    async current() {
      const now = clock.now();
      if (loaded === undefined || now - loaded.readAt > REREAD) loaded = await load();
      if (loaded === undefined) await refresh();
      if (loaded === undefined) throw gkvError('GKV_DIRECTORY_UNAVAILABLE', {}, { retryAfter: 10 });
      const age = now - loaded.confirmedAt;
      if (age > options.refreshHours * HOUR && now - triedAt > RETRY) {
        refresh().catch((error: unknown) => log.error({ err: error }, 'gkv.directory.failed'));
      }
      if (age > WARN_DAYS * DAY) {
        log.warn(
          { event: 'gkv.directory.old', days: Math.floor(age / DAY) },
          'The insurer directory is old',
        );
      }
      if (age > BLOCK_DAYS * DAY) {
        throw gkvError('GKV_DIRECTORY_OUTDATED', { days: Math.floor(age / DAY) });
      }
      return loaded;
    },
  };
}

async function importOne(
  kind: DirectoryKind,
  { store, sources, fetch, clock, log }: InsurerDirectoryOptions,
): Promise<void> {
  try {
    const content = await fetch(sources[kind]);
    const entries = COUNT[kind](content);
    const active = await store.active(kind);
    if (active?.sha256.equals(digestOf(content)) === true) {
      await store.confirm(active.version, clock.now());
      return;
    }
    if (active !== undefined && !MAY_REPLACE[kind](active.content, content)) {
      log.error(
        { event: 'gkv.directory.shrunk', kind, entries },
        'A published file has lost too many entries',
      );
      return;
    }
    await store.replace(kind, content, entries, clock.now());
    log.info({ event: 'gkv.directory.imported', kind, entries }, 'A published file was imported');
  } catch (error) {
    log.error(
      { event: 'gkv.directory.failed', kind, err: error },
      'A published file cannot be imported',
    );
  }
}
