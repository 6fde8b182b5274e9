import { describe, expect, test } from '@jest/globals';
import { startScreen } from '../../../src/start/screen.ts';

const sandbox = {
  mode: 'sandbox' as const,
  origin: 'http://localhost:8103',
  plugins: ['auth', 'gkv'],
  bots: [],
  sandboxes: [{ name: 'gkv', url: 'http://127.0.0.1:8104' }],
  seconds: 2.345,
};

describe('start-up screen', () => {
  test('names the addresses and a first request that can be pasted', () => {
    const text = startScreen(sandbox);
    expect(text).toContain('ready (sandbox, 2.3 s)');
    expect(text).toContain('http://localhost:8103/fhir/R4/metadata');
    expect(text).toContain('http://127.0.0.1:8104');
    expect(text).toContain('npm run -s token -- clinician');
    expect(text).toMatch(/Plugins +auth, gkv\n +Bots +none\n/);
  });

  test('production shows nothing of the sandbox', () => {
    const text = startScreen({
      ...sandbox,
      sandboxes: [],
      mode: 'production',
      origin: 'https://api.example',
    });
    expect(text).not.toMatch(/sandbox|stand-in|token/);
  });
});
