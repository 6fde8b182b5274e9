import { randomBytes } from 'node:crypto';
import type { SqlClient } from './database.ts';

/**
 * Reads a key that the database keeps for itself, and makes it the first time. When two nodes start at once, both get
 * the one that was stored first.
 */
export async function databaseKey(client: SqlClient, name: string): Promise<Buffer> {
  const read = async (): Promise<Buffer | undefined> => {
    const [row] = await client.query<{ value: Buffer }>({
      text: 'select value from server_setting where name = $1',
      values: [name],
    });
    return row?.value;
  };
  const known = await read();
  if (known !== undefined) return known;
  await client.query({
    text: 'insert into server_setting (name, value) values ($1, $2) on conflict (name) do nothing',
    values: [name, randomBytes(32)],
  });
  return (await read()) as Buffer;
}
