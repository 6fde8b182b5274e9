import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tokenOf } from '../../support/identities.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { skipNote } from '../../support/skip-note.ts';

const INTEROP = join(import.meta.dirname, '..', '..', 'interop', 'hapi');
const PROGRAM = join(INTEROP, 'HapiClient.java');
const libraries = mkdtempSync(join(tmpdir(), 'hapi-client-'));

/** Fetches HAPI's client; the reason when that is not possible here. */
function missing(): string | undefined {
  if (spawnSync('java', ['-version']).status !== 0) return 'there is no java';
  if (spawnSync('mvn', ['-version']).status !== 0) return 'there is no mvn';
  const fetched = spawnSync(
    'mvn',
    [
      '-q',
      '-B',
      '-f',
      join(INTEROP, 'pom.xml'),
      'dependency:copy-dependencies',
      `-DoutputDirectory=${libraries}`,
    ],
    { timeout: 240_000 },
  );
  return fetched.status === 0 ? undefined : 'Maven Central does not answer';
}

/** The names of the checks, as they stand in the program. */
const CHECKS = [...readFileSync(PROGRAM, 'utf8').matchAll(/checks\.put\("([^"]+)"/g)].map(
  ([, name]) => name as string,
);

const reason = missing();
const maybe = reason === undefined ? describe : describe.skip;

afterAll(() => {
  rmSync(libraries, { recursive: true, force: true });
});

describe.each(['JSON', 'XML'])('HAPI FHIR client 8.6 speaking %s', (encoding) => {
  maybe(`against the server${skipNote(reason)}`, () => {
    let server: TestServer;
    let results: ReadonlyMap<string, string>;

    beforeAll(async () => {
      server = await startTestServer({ settings: ['fhir.referentialIntegrity=true'] });
      const output = await run([`${server.url}/fhir`, tokenOf('full'), encoding]);
      results = new Map(
        output
          .split('\n')
          .filter((line) => line.includes('\t'))
          .map((line) => line.split('\t') as [string, string]),
      );
    }, 240_000);
    afterAll(() => server.close(), 30_000);

    test.each(CHECKS)('%s', (name) => {
      expect(results.get(name)).toBe('ok');
    });
  });
});

/** Runs the program beside the server: it must not block the process that answers. */
function run(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const java = spawn('java', ['-cp', join(libraries, '*'), PROGRAM, ...args]);
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    java.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    java.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    java.on('error', reject);
    java.on('exit', (code) => {
      if (code === 0) resolve(Buffer.concat(output).toString('utf8'));
      else reject(new Error(Buffer.concat(errors).toString('utf8').slice(0, 4000)));
    });
  });
}
