import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { codeChallenge } from '../../sign-in/code-challenge.ts';

const s256 = (verifier: string): string =>
  createHash('sha256').update(verifier).digest('base64url');

const verifiers = fc.stringMatching(/^[A-Za-z0-9._~-]{43,128}$/);

describe('PKCE of auth/login (RFC 7636)', () => {
  test('S256 is passed on as it is, in production too', () => {
    fc.assert(
      fc.property(verifiers, (verifier) => {
        const challenge = s256(verifier);
        expect(codeChallenge(challenge, 'S256', 'production')).toBe(challenge);
        expect(codeChallenge(challenge, undefined, 'sandbox')).toBe(challenge);
      }),
    );
  });

  test('plain becomes S256 in the sandbox, so that its verifier redeems the code', () => {
    fc.assert(
      fc.property(verifiers, (verifier) => {
        expect(codeChallenge(verifier, 'plain', 'sandbox')).toBe(s256(verifier));
      }),
    );
  });

  test('plain is refused in production, and so is everything that is no challenge', () => {
    const verifier = 'v'.repeat(43);
    expect(() => codeChallenge(verifier, 'plain', 'production')).toThrow(/only S256/);
    expect(() => codeChallenge('short', 'plain', 'sandbox')).toThrow(/no code verifier/);
    expect(() => codeChallenge(undefined, 'S256', 'sandbox')).toThrow(/PKCE is needed/);
    expect(() => codeChallenge('', undefined, 'sandbox')).toThrow(/PKCE is needed/);
    expect(() => codeChallenge(`${s256(verifier)}=`, 'S256', 'sandbox')).toThrow(/no SHA-256/);
    expect(() => codeChallenge(s256(verifier), 'S512', 'sandbox')).toThrow(/only S256/);
  });
});
