import { describe, expect, test } from '@jest/globals';
import { guardedFetch } from '../../oidc/guarded-fetch.ts';

/** Keys of clients are fetched from where the operator says, and nowhere else. */
describe('[R-271] RFC 7591 2: jwks_uri', () => {
  const fetchKeys = guardedFetch(['keys.example', 'keys.example:8443', '127.0.0.1:1']);

  test.each([
    'https://evil.example/jwks.json',
    'http://keys.example/jwks.json',
    'https://keys.example:444/jwks.json',
    'https://keys.example.evil.example/jwks.json',
    'https://keys.example@evil.example/jwks.json',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/jwks.json',
    'file:///etc/passwd',
    'data:application/json,{}',
  ])('%s is not asked', async (url) => {
    await expect(fetchKeys(url, {})).rejects.toThrow(
      /is not among plugins\.auth\.tokens\.jwksHosts/,
    );
  });

  test('a host that is named is asked: here, nobody answers', async () => {
    const asked = fetchKeys('https://127.0.0.1:1/jwks.json', { signal: AbortSignal.timeout(2000) });
    await expect(asked).rejects.toThrow(/fetch failed/);
  });
});
