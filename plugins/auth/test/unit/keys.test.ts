import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { keyWeakness } from '../../clients/key-weakness.ts';
import { authConfig } from '../../config.ts';
import { cookieSigner } from '../../keys/cookie-signer.ts';
import { newKeyFile, parseKeyFile } from '../../keys/key-file.ts';
import { keyedDigest } from '../../keys/keyed-digest.ts';
import { secretBox } from '../../keys/secret-box.ts';

describe('BSI TR-02102-1 keys and ciphers', () => {
  test('AES-256-GCM: opens in its place only, detects every changed byte, never repeats itself', () => {
    const box = secretBox([{ id: 1, key: randomBytes(32) }]);
    const sealed = box.seal('JBSWY3DPEHPK3PXP', 'account 1');
    expect(box.open(sealed, 'account 1')).toBe('JBSWY3DPEHPK3PXP');
    expect(() => box.open(sealed, 'account 2')).toThrow(TypeError);
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8((changed.readUInt8(index) + 1) % 256, index);
      expect(() => box.open(changed, 'account 1')).toThrow(TypeError);
    }
    expect(box.seal('JBSWY3DPEHPK3PXP', 'account 1').equals(sealed)).toBe(false);
    expect(() => box.open(Buffer.of(1), 'account 1')).toThrow(TypeError);
  });

  test('a new key seals while the old one still opens', () => {
    const old = { id: 1, key: randomBytes(32) };
    const sealed = secretBox([old]).seal('x', 'c');
    const rotated = secretBox([{ id: 2, key: randomBytes(32) }, old]);
    expect(rotated.open(sealed, 'c')).toBe('x');
    expect(rotated.seal('x', 'c')[0]).toBe(2);
  });

  test('cookies are signed with HMAC-SHA-256; older keys verify and tell their position', () => {
    const [first, second] = [randomBytes(32), randomBytes(32)] as const;
    const signer = cookieSigner([first, second]);
    const old = cookieSigner([second]).sign('session=a');
    expect(Buffer.from(signer.sign('session=a'), 'base64url')).toHaveLength(32);
    expect(signer.index('session=a', signer.sign('session=a'))).toBe(0);
    expect(signer.index('session=a', old)).toBe(1);
    expect(signer.verify('session=b', old)).toBe(false);
    expect(signer.verify('session=a', '')).toBe(false);
  });

  test('keyed digests of different purposes or parts never meet', () => {
    const key = randomBytes(32);
    const handle = keyedDigest(key, 'handle');
    expect(handle('a', 'b').equals(handle('a', 'b'))).toBe(true);
    expect(handle('a', 'b').equals(handle('ab'))).toBe(false);
    expect(handle('a').equals(keyedDigest(key, 'throttle')('a'))).toBe(false);
    expect(handle('a').equals(keyedDigest(randomBytes(32), 'handle')('a'))).toBe(false);
  });

  test('a made key file can be read; a fault is named by place', async () => {
    const text = await newKeyFile();
    const keys = parseKeyFile(text);
    expect(keys.signing.keys[0]).toMatchObject({ crv: 'P-256', alg: 'ES256', use: 'sig' });
    expect(keys.pepper).toHaveLength(32);
    expect(() => parseKeyFile('{')).toThrow('it is not JSON');
    const rsa = JSON.parse(text) as { signing: { keys: object[] } };
    rsa.signing.keys = [{ ...rsa.signing.keys[0], kty: 'RSA' }];
    expect(() => parseKeyFile(JSON.stringify(rsa))).toThrow('look at signing.keys.0.kty');
  });

  test('public keys of clients: RSA of 3000 bits, P-256, P-384, P-521, and nothing else', () => {
    const jwk = (type: 'rsa' | 'ec' | 'ed25519', options: object) => {
      const { publicKey } = generateKeyPairSync(
        type as 'rsa',
        options as { modulusLength: number },
      );
      return publicKey.export({ format: 'jwk' });
    };
    expect(keyWeakness(jwk('rsa', { modulusLength: 3072 }))).toBeUndefined();
    expect(keyWeakness(jwk('rsa', { modulusLength: 2048 }))).toMatch('3000');
    for (const namedCurve of ['P-256', 'P-384', 'P-521']) {
      expect(keyWeakness(jwk('ec', { namedCurve }))).toBeUndefined();
    }
    expect(keyWeakness(jwk('ec', { namedCurve: 'secp256k1' }))).toMatch('curve');
    expect(keyWeakness(jwk('ed25519', {}))).toMatch('EC or RSA');
    expect(keyWeakness({ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' })).toMatch('read');
    expect(keyWeakness({ kty: 'EC', crv: 'P-256', d: 'AA' })).toMatch('private');
  });
});

describe('configuration', () => {
  test('is complete when it is empty, and keeps to the floors', () => {
    expect(authConfig.parse({}).password).toMatchObject({
      minLength: 12,
      argon2MemoryKib: 19_456,
      argon2Passes: 2,
    });
    expect(authConfig.safeParse({ password: { minLength: 8 } }).success).toBe(false);
    expect(authConfig.safeParse({ password: { argon2MemoryKib: 4096 } }).success).toBe(false);
    expect(authConfig.safeParse({ unknown: true }).success).toBe(false);
  });

  test('client ids of the sandbox are reserved, private keys refused', () => {
    const account = {
      clientId: 'billing-bot',
      profile: 'Bot/x',
      scope: 'system/*.rs',
      owner: 'x',
      purpose: 'y',
      jwks: { keys: [{ kty: 'EC' }] },
    };
    const parse = (more: object) =>
      authConfig.safeParse({ serviceAccounts: [{ ...account, ...more }] }).success;
    expect(parse({})).toBe(true);
    expect(parse({ clientId: 'sandbox-admin' })).toBe(false);
    expect(parse({ jwks: { keys: [{ kty: 'EC', d: 'secret' }] } })).toBe(false);
    expect(parse({ jwks: { keys: [{ kty: 'oct', k: 'secret' }] } })).toBe(false);
    expect(parse({ profile: 'AccessPolicy/x' })).toBe(false);
    expect(parse({ scope: undefined })).toBe(false);
  });

  test('a service account has what its proof needs, and nothing else', () => {
    const jwks = { keys: [{ kty: 'EC' }] };
    const certificate = { sanDns: 'bot.example' };
    const parse = (proof: object) => {
      const account = {
        clientId: 'billing-bot',
        profile: 'Bot/x',
        scope: 'system/*.rs',
        owner: 'x',
        purpose: 'y',
      };
      return authConfig.safeParse({ serviceAccounts: [{ ...account, ...proof }] }).success;
    };
    expect(parse({ jwksUri: 'https://keys.example/jwks.json' })).toBe(true);
    expect(parse({ jwksUri: 'http://keys.example/jwks.json' })).toBe(false);
    expect(parse({ jwks, jwksUri: 'https://keys.example/jwks.json' })).toBe(false);
    expect(parse({ proof: 'tls_client_auth', certificate })).toBe(true);
    expect(parse({ proof: 'tls_client_auth', jwks })).toBe(false);
    expect(parse({ proof: 'self_signed_tls_client_auth', jwks })).toBe(true);
    expect(parse({ certificate })).toBe(false);
    expect(parse({})).toBe(false);
  });
});
