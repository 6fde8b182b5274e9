import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clinicalUrl } from '../../../scripts/audit-database.ts';
import { readOrCreateCredentials } from '../../../src/postgres/credentials.ts';

let dataDirectory: string;

beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'audit-database-'));
});
afterAll(() => rm(dataDirectory, { recursive: true, force: true }));

describe('the database of audit:verify and audit:export where none is named', () => {
  test('is that of the configuration, with the rights of the server', async () => {
    const area = (name: string) => ({
      url: `postgresql://${name}`,
      ownerUrl: 'postgresql://owner',
    });
    const databases = {
      clinical: area('clinical'),
      accounts: area('accounts'),
      billing: area('billing'),
    };
    expect(await clinicalUrl({ databases, dataDirectory })).toBe('postgresql://clinical');
  });

  test('is the embedded one while it runs; before that one sentence says what to do', async () => {
    const home = join(dataDirectory, 'postgres');
    const asked = () => clinicalUrl({ databases: undefined, dataDirectory });
    await expect(asked()).rejects.toThrow(/start the server, or give --url/);
    await mkdir(join(home, 'socket'), { recursive: true });
    await writeFile(join(home, 'socket', '.s.PGSQL.5432'), '');
    const { clinical } = await readOrCreateCredentials(join(home, 'credentials.json'));
    const url = decodeURIComponent(await asked());
    expect(url).toContain(join(home, 'socket'));
    expect(url).toContain(clinical.runtime);
    expect(url).not.toContain(clinical.owner);
  });
});
