import { type ChildProcess, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { spkiPin } from '../../../src/http/tls/spki-pin.ts';
import { makeCertificate, NO_OPENSSL, type TestCertificate } from '../../support/certificates.ts';
import { DEFINITIONS_CACHE } from '../../support/server.ts';
import { skipNote } from '../../support/skip-note.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';

jest.setTimeout(120_000);

const suite = NO_OPENSSL === undefined ? describe : describe.skip;

suite(`the process and its signals${skipNote(NO_OPENSSL)}`, () => {
  let directory: string;
  let databases: TestDatabases;
  let child: ChildProcess;
  let output = '';
  let port: number;
  let next: TestCertificate;

  const served = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(spkiPin(new X509Certificate(socket.getPeerCertificate().raw).publicKey));
        socket.destroy();
      });
      socket.on('error', reject);
    });
  const until = async (done: () => boolean | Promise<boolean>): Promise<void> => {
    for (let round = 0; round < 600 && !(await done()); round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'diga-tls-'));
    databases = await createTestDatabases();
    await mkdir(DEFINITIONS_CACHE, { recursive: true });
    await symlink(DEFINITIONS_CACHE, join(directory, 'cache'));
    const first = await makeCertificate(directory, 'first');
    next = await makeCertificate(directory, 'next');
    await copyFile(first.certFile, join(directory, 'cert.pem'));
    await copyFile(first.keyFile, join(directory, 'key.pem'));
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
    const address = probe.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => probe.close(resolve));
    const certificate = {
      certFile: join(directory, 'cert.pem'),
      keyFile: join(directory, 'key.pem'),
    };
    const config = {
      dataDirectory: directory,
      databases: databases.urls,
      sandboxes: false,
      plugins: { gkv: { enabled: false } },
      http: { port, tls: { certificates: [certificate], reloadSeconds: 0 } },
    };
    await writeFile(join(directory, 'config.yaml'), JSON.stringify(config));
    const program = join(import.meta.dirname, '../../../src/main.ts');
    child = spawn(
      process.execPath,
      ['--no-warnings', program, '--config', join(directory, 'config.yaml')],
      { cwd: directory },
    );
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    await until(() => output.includes('is ready') || child.exitCode !== null);
    expect(output).toContain(`https://localhost:${String(port)}/fhir/R4`);
  });
  afterAll(async () => {
    child.kill('SIGKILL');
    await databases.drop();
    await rm(directory, { recursive: true, force: true });
  });

  test('a hangup renews the certificate, and ends nothing; SIGTERM ends in order', async () => {
    const pinOf = async (file: string): Promise<string> =>
      spkiPin(new X509Certificate(await readFile(file)).publicKey);
    await copyFile(next.certFile, join(directory, 'cert.pem'));
    await copyFile(next.keyFile, join(directory, 'key.pem'));
    expect(await served()).not.toBe(await pinOf(next.certFile));
    child.kill('SIGHUP');
    await until(async () => (await served()) === (await pinOf(next.certFile)));
    expect(await served()).toBe(await pinOf(next.certFile));
    expect(child.exitCode).toBeNull();
    child.kill('SIGTERM');
    await until(() => child.exitCode !== null);
    expect(child.exitCode).toBe(0);
  });
});
