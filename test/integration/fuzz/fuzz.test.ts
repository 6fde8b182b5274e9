import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const FUZZ = join(import.meta.dirname, '../../../scripts/fuzz.ts');

/** A short run; the long ones are `npm run fuzz -- --requests N`. */
const REQUESTS = 2_000;

function fuzz(seed: number): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const run = spawn(process.execPath, [
      '--no-warnings',
      FUZZ,
      ...['--seed', String(seed), '--requests', String(REQUESTS)],
    ]);
    let output = '';
    for (const stream of [run.stdout, run.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    run.on('error', reject);
    run.on('exit', (code) => {
      resolve({ code, output });
    });
  });
}

describe('malformed requests', () => {
  test('FHIR R4 http#Status-Codes: never a 500, never a hang, never much memory', async () => {
    const { code, output } = await fuzz(20_261_121);
    expect(output).toMatch(/\n0 failures\n/);
    expect(code).toBe(0);
  }, 240_000);
});
