import { createParamKey } from '../../src/storage/param-key.ts';
import { codeKey, compartmentKey, systemCodeKey } from '../../src/storage/index-keys.ts';
import { createTokenHash } from '../../src/storage/token-hash.ts';
import { type AdminConnection, connected } from './cluster-access.ts';

/** The keys under which the server's rows, and their copies, are found. */
export interface StoredKeys {
  patient(id: string): string;
  code(type: string, code: string): string;
  token(type: string, param: string, system: string, code: string): string;
  param(type: string, param: string): string;
}

/** Reads the key of the index hash from the server's database. */
export async function storedKeys(clinical: AdminConnection): Promise<StoredKeys> {
  const secret = await connected(clinical, async (client) => {
    const { rows } = await client.query<{ value: Buffer }>(
      `select value from server_setting where name = 'index-hash'`,
    );
    return rows[0]?.value;
  });
  if (secret === undefined) throw new TypeError('The database has no index key.');
  const hash = createTokenHash(secret);
  const paramKey = createParamKey([]);
  return {
    patient: (id) => hash(compartmentKey(id)).toString(),
    code: (type, code) => hash(codeKey(type, 'code', code)).toString(),
    token: (type, param, system, code) => hash(systemCodeKey(type, param, system, code)).toString(),
    param: (type, param) => String(paramKey(type, param)),
  };
}
