import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../support/server.ts';

const ROOT = join(import.meta.dirname, '../../..');

let server: TestServer;
let folder: string;

beforeAll(async () => {
  server = await startTestServer();
  folder = await mkdtemp(join(tmpdir(), 'policies-'));
}, 60_000);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await server.close();
}, 30_000);

const GOOD = {
  resourceType: 'AccessPolicy',
  id: 'good',
  resource: [
    { resourceType: 'Patient', criteria: 'Patient?_id=%patient.id', hiddenFields: ['photo'] },
    { resourceType: 'SearchParameter', readonly: true },
    { resourceType: 'StructureDefinition', readonly: true },
  ],
};
const BAD = {
  resourceType: 'AccessPolicy',
  id: 'bad',
  ipAccessRule: [{ name: 'office', value: '10.1', action: 'allow' }],
  resource: [{ resourceType: 'Patient', hiddenFields: ['nix'] }],
};

/** Runs `npm run policy:import` on files with the given contents. */
async function imported(
  ...contents: readonly unknown[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const files = contents.map((_, i) => join(folder, `${i}.json`));
  for (const [i, file] of files.entries()) {
    const content = contents[i];
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  const env = { ...process.env, DIGA_DATA_DIRECTORY: server.config.dataDirectory };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['scripts/policy-import.ts', ...files],
      { cwd: ROOT, env },
      (error, out, err) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
      },
    );
  });
}

describe('npm run policy:import', () => {
  test('a policy that can be stored: what holds and what differs, and exit code 0', async () => {
    const { code, out } = await imported(GOOD);
    expect(code).toBe(0);
    expect(out).toContain('AccessPolicy/good\n');
    expect(out).toContain('  resource[0]: Patient?_id=%patient.id\n');
    expect(out).toContain('≠ resource[0]: hidden elements can be searched and sorted by there');
    expect(out).toContain(' 0 refused (✗)\n');
    const stored = await server.as('full').put('AccessPolicy/good', GOOD);
    expect(stored.status).toBe(201);
  }, 30_000);

  test('what is refused, all of it, and exit code 1; it is refused when it is stored as well', async () => {
    const membership = { resourceType: 'ProjectMembership', id: 'm' };
    const { code, out } = await imported([BAD, GOOD], {
      resourceType: 'Bundle',
      entry: [{ resource: membership }],
    });
    expect(code).toBe(1);
    expect(out).toContain('✗ resource[0]: hiddenFields "nix": there is no such element\n');
    expect(out).toContain('✗ ipAccessRule[0]: value is no address');
    expect(out).toContain('"10.1" is a beginning of text there, and 10.1.0.0/16 here');
    expect(out).toContain('ProjectMembership/m\n≠ it names no policy');
    const stored = await server.as('full').put('AccessPolicy/bad', BAD);
    expect(stored.codes()).toEqual(['POLICY_INVALID']);
  }, 30_000);

  test('what cannot be read: exit code 2', async () => {
    expect((await imported()).err).toContain('Usage:');
    expect((await imported('{')).code).toBe(2);
    expect((await imported({ resourceType: 'Patient' })).err).toContain('holds no AccessPolicy');
  }, 30_000);
});

describe('AccessPolicy/$check', () => {
  test('tells the same of one policy, to those whose policy names it, on record', async () => {
    const admin = server.as('admin');
    const head = await server.auditHead();
    for (const body of [
      BAD,
      { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: BAD }] },
    ]) {
      const answer = await admin.post('AccessPolicy/$check', body);
      expect(answer.status).toBe(200);
      const { issue } = answer.json<{ issue: { severity: string; expression: string[] }[] }>();
      expect(issue).toContainEqual(
        expect.objectContaining({
          severity: 'error',
          code: 'not-supported',
          expression: ['AccessPolicy.resource[0]'],
        }),
      );
    }
    expect(await server.audit(head)).toMatchObject([
      { interaction: 'operation:check', agent: 'Practitioner/admin', outcome: 0 },
      { interaction: 'operation:check' },
    ]);
    expect((await admin.get('AccessPolicy/bad')).status).toBe(404);
    const denied = await server.as('clinician').post('AccessPolicy/$check', GOOD);
    expect(denied.codes()).toEqual(['ACCESS_OPERATION_DENIED']);
  });
});
