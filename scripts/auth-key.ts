// Lists and rotates the keys of the auth plugin: npm run auth:key -- list <file>
import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { isNativeError } from 'node:util/types';
import { TOKEN_ALGORITHMS } from '../plugins/auth/keys/key-file.ts';
import {
  addSigningKey,
  dropSigningKey,
  keyStates,
  removeOldKeys,
  rotateCookieKey,
  rotateEncryptionKey,
} from '../plugins/auth/keys/rotate-keys.ts';

const USAGE = `Usage: npm run auth:key -- <command> <key file>
  list                                signing keys and what each is doing
  rotate [--alg ES256|ES384] [--in 10]  adds a key that signs in so many minutes and is published until then
  prune                               removes keys whose tokens have all expired
  drop --kid <kid>                    removes a key that somebody else knows; its tokens are refused at once
  cookie                              new key for cookies
  encryption                          new key for what lies in the database
Running servers read the file again within seconds.`;

async function main(): Promise<string> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      alg: { type: 'string', default: 'ES256' },
      in: { type: 'string', default: '10' },
      kid: { type: 'string' },
    },
  });
  const [command, file] = positionals;
  const alg = TOKEN_ALGORITHMS.find((known) => known === values.alg);
  const minutes = Number(values.in);
  const valid = alg !== undefined && Number.isInteger(minutes) && minutes >= 0 && minutes <= 10_080;
  if (file === undefined || positionals.length !== 2 || !valid) throw new TypeError(USAGE);
  const text = await readFile(file, 'utf8');
  const now = Math.floor(Date.now() / 1000);
  switch (command) {
    case 'list':
      break;
    case 'rotate':
      await replace(file, await addSigningKey(text, alg, now + minutes * 60));
      break;
    case 'prune':
      await replace(file, removeOldKeys(text, now));
      break;
    case 'drop':
      if (values.kid === undefined) throw new TypeError(USAGE);
      await replace(file, dropSigningKey(text, values.kid));
      break;
    case 'cookie':
      await replace(file, rotateCookieKey(text));
      break;
    case 'encryption':
      await replace(file, rotateEncryptionKey(text));
      break;
    default:
      throw new TypeError(USAGE);
  }
  return keyStates(await readFile(file, 'utf8'), now)
    .map(({ kid, alg: of, state, signsFrom }) => {
      const from =
        signsFrom === 0 ? '' : `  signs from ${new Date(signsFrom * 1000).toISOString()}`;
      return `${kid}  ${of}  ${state}${from}\n`;
    })
    .join('');
}

/** A server that reads at this moment sees the old file or the new one, never a part. */
async function replace(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(temporary, text, { mode: 0o600, flag: 'wx', flush: true });
  await rename(temporary, file);
}

try {
  process.stdout.write(await main());
} catch (error) {
  process.stderr.write(`${isNativeError(error) ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
