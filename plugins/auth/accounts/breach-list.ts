import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { authError } from '../errors.ts';

/** True for passwords that are known to have leaked. */
export type BreachList = (password: string) => Promise<boolean>;

const RANGE_FILE = /^[0-9A-F]{5}\.txt$/;
const PREFIX_LENGTH = 5;

/**
 * Leaked passwords from a folder on this machine; no password and no part of one leaves it. The folder holds files named
 * after the first five hexadecimal digits of a SHA-1, `0A1B2.txt`, with a line `<other 35 digits>:<count>` for each
 * password: the form in which such lists are published. SHA-1 is how the list is looked up, and protects nothing here.
 * @throws FhirError `AUTH_BREACH_LIST` when the folder cannot be read or holds no such file
 */
export async function breachList(folder: string): Promise<BreachList> {
  const refuse = (reason: string, cause?: unknown): Error =>
    authError('AUTH_BREACH_LIST', { path: folder, reason }, { cause });
  let ranges: ReadonlySet<string>;
  try {
    ranges = new Set((await readdir(folder)).filter((name) => RANGE_FILE.test(name)));
  } catch (cause) {
    throw refuse('the folder cannot be read', cause);
  }
  if (ranges.size === 0) throw refuse('it has no files such as 0A1B2.txt');
  return async (password) => {
    const digest = createHash('sha1').update(password.normalize('NFC')).digest('hex').toUpperCase();
    const file = `${digest.slice(0, PREFIX_LENGTH)}.txt`;
    if (!ranges.has(file)) return false;
    const lines = (await readFile(join(folder, file), 'latin1')).toUpperCase();
    const rest = digest.slice(PREFIX_LENGTH);
    const at = lines.startsWith(`${rest}:`) ? 0 : lines.indexOf(`\n${rest}:`);
    return at >= 0;
  };
}
