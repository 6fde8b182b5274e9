import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { z } from 'zod';
import { syncDirectory } from './sync-files.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { failedWith } from './file-errors.ts';

const password = z.string().min(32);
const pair = z.strictObject({ owner: password, runtime: password });
const schema = z.strictObject({ admin: password, clinical: pair, accounts: pair, billing: pair });

/** Passwords of the embedded databases; made at the first start, 256 bit each. */
export type DatabaseCredentials = z.infer<typeof schema>;

/** Passwords of the two roles of each database. */
export type RolePasswords = Omit<DatabaseCredentials, 'admin'>;

/**
 * Reads the passwords of the embedded databases, or makes them.
 * @throws EmbeddedPostgresError `POSTGRES_CREDENTIALS_INVALID`
 */
export async function readOrCreateCredentials(file: string): Promise<DatabaseCredentials> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (!failedWith(error, 'ENOENT')) throw error;
    return createCredentials(file);
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    // The parser's error would quote the file, which holds passwords.
    throw new EmbeddedPostgresError('POSTGRES_CREDENTIALS_INVALID', { file });
  }
}

/** Writes under another name and renames, so that a crash leaves no half file behind. */
async function createCredentials(file: string): Promise<DatabaseCredentials> {
  const secret = (): string => randomBytes(32).toString('base64url');
  const roles = (): { owner: string; runtime: string } => ({ owner: secret(), runtime: secret() });
  const credentials = { admin: secret(), clinical: roles(), accounts: roles(), billing: roles() };
  const partial = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(partial, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(credentials, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, file);
  await syncDirectory(file);
  return credentials;
}
