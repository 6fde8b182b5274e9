import { createHmac, randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chooseAccount } from '../../../src/postgres/account.ts';
import { reachableBinaries } from '../../../src/postgres/binary-cache.ts';
import { connectionUrl } from '../../../src/postgres/connection-urls.ts';
import { readOrCreateCredentials } from '../../../src/postgres/credentials.ts';
import { preparationScript } from '../../../src/postgres/preparation-script.ts';
import { readPostmasterPid } from '../../../src/postgres/postmaster-pid.ts';
import { scramVerifier } from '../../../src/postgres/scram-verifier.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diga-parts-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('RFC 7677 section 3: SCRAM-SHA-256', () => {
  test('the verifier of the example verifies the server signature of the example', async () => {
    const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
    const verifier = await scramVerifier('pencil', salt, 4096);
    const serverKey = Buffer.from(verifier.split(':').at(-1) ?? '', 'base64');
    const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    const message = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=${nonce}`;
    expect(createHmac('sha256', serverKey).update(message).digest('base64')).toBe(
      '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    );
  });
});

describe('account of PostgreSQL', () => {
  test('an ordinary user runs it themselves', async () => {
    expect(await chooseAccount(1000, folder)).toBeUndefined();
  });

  test('under root it is a number that no user has; initdb runs as nobody', async () => {
    const passwd = join(folder, 'passwd');
    await writeFile(
      passwd,
      'root:x:0:0::/:\nsomebody:x:65500:65500::/:\nnobody:x:65534:65533::/:\n',
    );
    expect(await chooseAccount(0, join(folder, 'none'), passwd)).toEqual({
      server: { uid: 65_499, gid: 65_499 },
      initdb: { name: 'nobody', uid: 65_534, gid: 65_533 },
    });
  });
});

describe('binaries for an unprivileged user', () => {
  test('are copied once from a folder closed to others, complete with links and rights', async () => {
    const closed = join(folder, 'closed');
    const directory = join(closed, 'native');
    for (const part of ['bin', 'lib', 'share'])
      await mkdir(join(directory, part), { recursive: true });
    await writeFile(join(directory, 'bin/postgres'), 'program', { mode: 0o755 });
    await writeFile(join(directory, 'lib/libpq.a'), 'static');
    await writeFile(join(directory, 'lib/libpq.so.5.18'), 'library');
    await symlink('libpq.so.5.18', join(directory, 'lib/libpq.so.5'));
    await chmod(closed, 0o700);
    const cache = join(folder, 'cache');
    const copy = await reachableBinaries({ directory, version: '18.4' }, 1, cache);
    expect(copy).toEqual({ directory: join(cache, 'postgresql-18.4'), version: '18.4' });
    expect((await lstat(copy.directory)).mode & 0o777).toBe(0o755);
    expect((await lstat(join(copy.directory, 'bin/postgres'))).mode & 0o777).toBe(0o755);
    expect(await readFile(join(copy.directory, 'lib/libpq.so.5'), 'utf8')).toBe('library');
    await expect(lstat(join(copy.directory, 'lib/libpq.a'))).rejects.toThrow('ENOENT');
    await writeFile(join(copy.directory, 'bin/postgres'), 'kept');
    await reachableBinaries({ directory, version: '18.4' }, 1, cache);
    expect(await readFile(join(copy.directory, 'bin/postgres'), 'utf8')).toBe('kept');
  });

  test('a cache that cannot be written is refused with both paths', async () => {
    const cache = join(folder, 'file');
    await writeFile(cache, '');
    const directory = join(folder, 'closed/native');
    await expect(reachableBinaries({ directory, version: '1' }, 1, cache)).rejects.toMatchObject({
      code: 'POSTGRES_CACHE_UNWRITABLE',
    });
  });
});

describe('passwords', () => {
  test('are made once and kept', async () => {
    const file = join(folder, 'credentials.json');
    const first = await readOrCreateCredentials(file);
    expect(await readOrCreateCredentials(file)).toEqual(first);
  });
});

describe('connection URL', () => {
  test('a Unix socket folder becomes the host', () => {
    expect(connectionUrl({ host: '/a b/c', port: 5432 }, 'u', 'p/@', 'd')).toBe(
      'postgresql://u:p%2F%40@%2Fa%20b%2Fc:5432/d',
    );
  });
});

describe('postmaster.pid', () => {
  test.each([
    ['123\n/data\n1\n5432\n/s\n\n1 2\nready   \n', { pid: 123, status: 'ready' }],
    ['123\n', { pid: 123, status: '' }],
    ['', undefined],
    ['-5\n', undefined],
    ['rubbish', undefined],
  ])('%j', async (text, expected) => {
    await writeFile(join(folder, 'postmaster.pid'), text);
    expect(await readPostmasterPid(folder)).toEqual(expected);
  });
});

describe('script for administrators', () => {
  const verifier = `it's ${randomBytes(4).toString('hex')}`;
  const roles = { owner: verifier, runtime: verifier };
  const secrets = { clinical: roles, accounts: roles, billing: roles };

  test('quotes what it is given and creates only what is missing', () => {
    const script = preparationScript(secrets, 18);
    expect(script).not.toContain(`'${verifier}'`);
    expect(script).toContain(`'${verifier.replace("'", "''")}'`);
    const unconditional = script.split('\n').filter((line) => line.startsWith('CREATE'));
    expect(unconditional).toEqual([]);
  });

  test('takes the locale provider that the server knows', () => {
    expect(preparationScript(secrets, 16)).toContain("LOCALE_PROVIDER libc LC_COLLATE ''C''");
    expect(preparationScript(secrets, 17)).toContain('LOCALE_PROVIDER builtin');
  });
});
