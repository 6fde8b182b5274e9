import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import ts from 'typescript';
import { weaknessOf } from '../../../src/crypto/key-strength.ts';
import { type CryptoUse, isListed, requireListed } from '../../../src/crypto/policy.ts';
import { ROOT, sourceFiles } from './source-files.ts';

/** Calls that name an algorithm: what it is used for, and at which place it stands. */
const CALLS: Readonly<Record<string, readonly [CryptoUse, number]>> = {
  createHash: ['hash', 0],
  hash: ['hash', 0],
  createHmac: ['mac', 0],
  createCipheriv: ['cipher', 0],
  createDecipheriv: ['cipher', 0],
  hkdf: ['hash', 0],
  hkdfSync: ['hash', 0],
};

/** Calls that the policy has no place for. */
const OTHERS =
  /^(?:scrypt|scryptSync|pbkdf2|pbkdf2Sync|createSign|createVerify|createDiffieHellman|createECDH)$/;

/** What is used beside the list, and why that is right. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'plugins/auth/accounts/breach-list.ts createHash sha1':
    'published lists of leaked passwords are looked up by it; it protects nothing',
  'src/access/pseudonym/uuid-cipher.ts createCipheriv aes-256-ecb':
    'one block of AES as a permutation of ids: no text, no mode',
  'src/access/pseudonym/uuid-cipher.ts createDecipheriv aes-256-ecb':
    'one block of AES as a permutation of ids: no text, no mode',
  'src/audit/event-id.ts createCipheriv aes-256-ecb':
    'one block of AES as a permutation of ids: no text, no mode',
  'src/audit/event-id.ts createDecipheriv aes-256-ecb':
    'one block of AES as a permutation of ids: no text, no mode',
  'src/postgres/scram-verifier.ts pbkdf2': 'SCRAM-SHA-256 of PostgreSQL (RFC 7677)',
  'lib/secon/enveloped-data-reader.ts webcrypto AES-CBC':
    'SECON prescribes it; the signature inside is checked',
  'lib/secon/enveloped-data-writer.ts webcrypto AES-CBC':
    'SECON prescribes it; the signature inside is checked',
};

/** Names of Web Cryptography that are listed. */
const WEB_LISTED = /^(?:AES-GCM|RSA-PSS|RSA-OAEP|ECDSA|ECDH|HMAC|HKDF|SHA-(?:256|384|512))$/;
const WEB_NAME = /^(?:AES|RSA|EC|SHA|HMAC|HKDF|Ed|X25519|PBKDF2)[A-Za-z0-9-]*$/;

/** Uses of cryptography in a source text that the list does not have, one line each. */
function beside(file: string, text: string): string[] {
  if (!text.includes('crypto')) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const called = ts.isPropertyAccessExpression(node.expression)
        ? node.expression.name.text
        : ts.isIdentifier(node.expression)
          ? node.expression.text
          : '';
      const known = Object.hasOwn(CALLS, called) ? CALLS[called] : undefined;
      // A method of that name of something else has no literal of an algorithm.
      const argument = known === undefined ? undefined : node.arguments[known[1]];
      if (known !== undefined && argument !== undefined && ts.isStringLiteral(argument)) {
        if (!isListed(known[0], argument.text)) found.push(`${file} ${called} ${argument.text}`);
      } else if (known !== undefined && ts.isIdentifier(node.expression) && called !== 'hash') {
        found.push(`${file} ${called} (not a literal)`);
      }
      if (ts.isIdentifier(node.expression) && OTHERS.test(called)) found.push(`${file} ${called}`);
    }
    if (
      ts.isStringLiteral(node) &&
      /webcrypto|subtle/.test(text) &&
      WEB_NAME.test(node.text) &&
      !WEB_LISTED.test(node.text)
    ) {
      found.push(`${file} webcrypto ${node.text}`);
    }
    if (ts.isIdentifier(node) && OTHERS.test(node.text) && isArgument(node)) {
      found.push(`${file} ${node.text}`);
    }
    node.forEachChild((child) => {
      (child as { parent: ts.Node }).parent = node;
      visit(child);
    });
  };
  visit(source);
  return [...new Set(found)];
}

function isArgument(node: ts.Node): boolean {
  return (
    (node.parent as ts.Node | undefined) !== undefined &&
    ts.isCallExpression(node.parent) &&
    node.parent.arguments.some((argument) => argument === node)
  );
}

describe('[R-254] BSI TR-02102-1: the crypto policy', () => {
  test('the code uses what is listed, and the exceptions are those that have a reason', async () => {
    const found: string[] = [];
    for (const file of sourceFiles('src', 'plugins', 'bots', 'lib')) {
      if (file.includes('/test/') || file.includes('node_modules')) continue;
      found.push(...beside(file, await readFile(join(ROOT, file), 'utf8')));
    }
    expect(found.toSorted()).toEqual(Object.keys(EXCEPTIONS).toSorted());
  });

  test('the search finds what it looks for', () => {
    const code = `import { createHash, createCipheriv, scrypt } from 'node:crypto';
      createHash('md5'); createCipheriv('chacha20-poly1305', k, iv); promisify(scrypt);
      createHash('sha256'); createHash(name); webcrypto.subtle.digest('SHA-1', x);`;
    expect(beside('a.ts', code)).toEqual([
      'a.ts createHash md5',
      'a.ts createCipheriv chacha20-poly1305',
      'a.ts scrypt',
      'a.ts createHash (not a literal)',
      'a.ts webcrypto SHA-1',
    ]);
  });

  test.each([
    ['jws', 'RS256'],
    ['jws', 'EdDSA'],
    ['jws', 'HS256'],
    ['jws', 'none'],
    ['hash', 'sha1'],
    ['cipher', 'aes-256-cbc'],
    ['cipher', 'chacha20-poly1305'],
    ['curve', 'X25519'],
    ['curve', 'secp256k1'],
    ['cose', '-8'],
    ['kdf', 'scrypt'],
    ['jws', 'constructor'],
  ] as const)('%s %s is refused with a code', (use, name) => {
    expect(() => requireListed(use, name)).toThrow(
      expect.objectContaining({ code: 'CRYPTO_NOT_LISTED' }),
    );
  });

  test.each([
    ['jws', 'ES256'],
    ['jws', 'PS512'],
    ['hash', 'sha384'],
    ['cipher', 'aes-256-gcm'],
    ['curve', 'brainpoolP256r1'],
  ] as const)('%s %s is let through', (use, name) => {
    expect(requireListed(use, name)).toBe(name);
  });

  test('TR-03161-3 O.Cryp_5: keys that are too short, or of a kind beside the list, have a weakness', () => {
    const rsa = (modulusLength: number) =>
      weaknessOf(generateKeyPairSync('rsa', { modulusLength }).publicKey);
    const ec = (namedCurve: string) =>
      weaknessOf(generateKeyPairSync('ec', { namedCurve }).publicKey);
    expect(rsa(2048)).toBe('RSA keys need 3000 bits, this one has 2048');
    expect(rsa(3072)).toBeUndefined();
    expect(ec('P-256')).toBeUndefined();
    expect(ec('brainpoolP384r1')).toBeUndefined();
    expect(ec('secp256k1')).toMatch('not listed');
    expect(weaknessOf(generateKeyPairSync('ed25519').publicKey)).toMatch('not listed');
  });
});
