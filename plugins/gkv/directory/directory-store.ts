import { createHash } from 'node:crypto';
import type { Database } from '../../../src/plugin/sdk.ts';

/** The two published files. */
export type DirectoryKind = 'verzeichnis' | 'zertifikate';

/** The version in use. */
export interface StoredDirectory {
  readonly version: string;
  readonly content: Buffer;
  readonly sha256: Buffer;
  /** When the source was last found to say this; milliseconds since 1970. */
  readonly confirmedAt: number;
}

/** Versions of the published files in the billing database. */
export interface DirectoryStore {
  active(kind: DirectoryKind): Promise<StoredDirectory | undefined>;
  /** Notes that the source still says what the active version does. */
  confirm(version: string, now: number): Promise<void>;
  /** Makes a new version the active one; the others are kept. */
  replace(kind: DirectoryKind, content: Buffer, entries: number, now: number): Promise<void>;
}

/** SHA-256 of a file. */
export function digestOf(content: Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}

/** Store on the billing database. */
export function directoryStore(billing: Database): DirectoryStore {
  return {
    async active(kind) {
      const [row] = await billing.query<Omit<StoredDirectory, 'confirmedAt'> & { confirmed: Date }>(
        {
          text: 'select version, content, sha256, confirmed_at as confirmed from gkv_directory where kind = $1 and active',
          values: [kind],
        },
      );
      return row === undefined ? undefined : { ...row, confirmedAt: row.confirmed.getTime() };
    },
    async confirm(version, now) {
      await billing.query({
        text: 'update gkv_directory set confirmed_at = greatest(confirmed_at, $2) where version = $1',
        values: [version, new Date(now)],
      });
    },
    async replace(kind, content, entries, now) {
      await billing.transaction(async (tx) => {
        // Two nodes may fetch at once; one after the other, or both would insert an active version.
        await tx.query({
          text: `select pg_advisory_xact_lock(hashtextextended('gkv_directory', 0))`,
        });
        await tx.query({
          text: 'update gkv_directory set active = false where kind = $1 and active',
          values: [kind],
        });
        await tx.query({
          text: `insert into gkv_directory (kind, active, imported_at, confirmed_at, entries, sha256, content)
            values ($1, true, $2, $2, $3, $4, $5)`,
          values: [kind, new Date(now), entries, digestOf(content), content],
        });
      });
    },
  };
}
