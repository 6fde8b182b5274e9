import { chown, mkdtemp, rm, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { processStatus, sql, startServerProcess, tryServerProcess } from './server-process.ts';

const root = process.getuid?.() === 0 && process.platform === 'linux';
const asRoot = root ? test : test.skip;
const reason = root ? '' : ' (skipped: needs root on Linux)';
const nobody = { uid: 65_534, gid: 65_534 };

/** True if every folder above lets other users in, as it must for a test that runs the checkout as another user. */
async function openToOthers(path: string): Promise<boolean> {
  for (let folder = path; ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o005) !== 0o005) return false;
    if (folder === dirname(folder)) return true;
  }
}

const open =
  root &&
  (await openToOthers(import.meta.dirname)) &&
  (await openToOthers(dirname(process.execPath)));
const asNobody = open ? test : test.skip;
const closed = open ? '' : ' (skipped: needs root on Linux and a checkout open to other users)';
for (const text of new Set([reason, closed])) if (text !== '') console.warn(`users.test.ts${text}`);

describe('who PostgreSQL runs as', () => {
  asRoot(
    `root below a folder closed to others: an unprivileged user without name or groups${reason}`,
    async () => {
      const folder = await mkdtemp(join(homedir(), '.diga-users-'));
      try {
        const server = await startServerProcess(folder);
        const status = await processStatus(server.postmaster);
        expect(status.uid).toBeGreaterThanOrEqual(64_000);
        expect(status.groups).toEqual([]);
        expect((await stat(join(folder, 'postgres/data'))).uid).toBe(status.uid);
        expect(await sql(server.urls.clinical.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
        await server.stop();
        const again = await startServerProcess(folder);
        expect((await processStatus(again.postmaster)).uid).toBe(status.uid);
        await again.stop();
      } finally {
        await rm(folder, { recursive: true });
      }
    },
    60_000,
  );

  asNobody(
    `an ordinary user: that user${closed}`,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'diga-users-'));
      await chown(folder, nobody.uid, nobody.gid);
      try {
        const server = await startServerProcess(folder, nobody);
        expect((await processStatus(server.postmaster)).uid).toBe(nobody.uid);
        expect(await sql(server.urls.clinical.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
        await server.stop();
      } finally {
        await rm(folder, { recursive: true });
      }
    },
    60_000,
  );

  asNobody(
    `a user id without a name, as in containers: refused with advice${closed}`,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'diga-users-'));
      await chown(folder, 63_123, 63_123);
      try {
        const failure = await tryServerProcess(folder, { uid: 63_123, gid: 63_123 });
        expect(failure).toMatchObject({ code: 'POSTGRES_USER_UNNAMED' });
        expect(failure).toHaveProperty('text', expect.stringContaining('/etc/passwd'));
      } finally {
        await rm(folder, { recursive: true });
      }
    },
    60_000,
  );
});
