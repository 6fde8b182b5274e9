// What the commands share that work on the audit ledger with the rights of its owner.
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { loadCheckpointKey } from '../src/audit/seal/keys.ts';
import type { SigningKey } from '../src/audit/seal/checkpoint.ts';
import type { OwnerConnection } from '../src/audit/retention/holds.ts';
import { ledgerOrigin } from '../src/audit/seal/sealer.ts';
import type { Config } from '../src/config/config.ts';

/** A connection of the owner, and what is signed with. */
export interface OwnerSession {
  readonly connection: OwnerConnection;
  readonly key: SigningKey;
  /** Name of the ledger in its checkpoints. */
  readonly origin: string;
  readonly close: () => Promise<void>;
}

/**
 * Connects as the owner of the ledger.
 * @param keys file of a key set; that of the configuration unless given
 */
export async function openOwner(
  url: string,
  keys: string | undefined,
  { audit, dataDirectory }: Config,
): Promise<OwnerSession> {
  const key = await loadCheckpointKey(
    keys === undefined ? audit.keys : await readFile(keys, 'utf8'),
    dataDirectory,
  );
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const origin = await ledgerOrigin({
      query: async <Row>({ text, values }: { text: string; values?: readonly unknown[] }) =>
        (await client.query(text, values === undefined ? undefined : [...values])).rows as Row[],
    });
    return {
      connection: { query: (text, values) => client.query(text, values) },
      key,
      origin,
      close: () => client.end(),
    };
  } catch (error) {
    await client.end();
    throw error;
  }
}
