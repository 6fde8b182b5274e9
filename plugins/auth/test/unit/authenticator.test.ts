import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint, createLocalJWKSet, SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import type { Mode } from '../../../../src/plugin/sdk.ts';
import { authenticator } from '../../tokens/authenticator.ts';
import { dpopNonces } from '../../tokens/dpop-nonce.ts';
import { proofVerifier } from '../../tokens/dpop-proof.ts';
import { possession } from '../../tokens/possession.ts';
import { verifiedTokens } from '../../tokens/verified-tokens.ts';

const ISSUER = 'https://api.diga.example';
const NOW = 1_800_000_000;
const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 3072 });
const ed = generateKeyPairSync('ed25519');
const jwk = own.publicKey.export({ format: 'jwk' });

const CLAIMS = {
  iss: ISSUER,
  aud: `${ISSUER}/fhir`,
  sub: 'account',
  client_id: 'diga-app',
  jti: 'token',
  iat: NOW,
  exp: NOW + 300,
  profile: 'Patient/1',
  scope: 'patient/*.rs',
  acr: 'urn:diga:acr:2fa',
  grant: 'grant-1',
};

describe('[R-012] RFC 9068 4: access tokens', () => {
  let kid: string;
  let revoked: Set<string>;
  let now = NOW;

  beforeAll(async () => {
    kid = await calculateJwkThumbprint(jwk);
  });

  const verifier = (mode: Mode = 'production') => {
    revoked = new Set();
    now = NOW;
    const clock = { now: () => now * 1000 };
    const verified = verifiedTokens(clock, 3);
    const publicKeys = { keys: [{ ...jwk, kty: 'EC', kid, alg: 'ES256', use: 'sig' }] };
    const revocations = {
      has: (key: string) => revoked.has(key),
      add: async () => undefined,
      refresh: async () => undefined,
    };
    const nonces = dpopNonces(Buffer.alloc(32), clock);
    const shown = new Set<string>();
    const first = async (key: string, jti: string) => {
      const before = shown.size;
      return shown.add(`${key} ${jti}`).size > before;
    };
    const proof = proofVerifier({ nonces, replays: { first }, clock, window: 60 });
    const used: string[] = [];
    const made = authenticator({
      issuer: ISSUER,
      audience: `${ISSUER}/fhir`,
      keys: createLocalJWKSet(publicKeys),
      possession: possession({ proof, nonces }),
      login: () => Promise.resolve(undefined),
      used: (login) => void used.push(login),
      clock,
      mode,
      verified,
      revocations,
    });
    return { verify: made.verify, verified, nonces, used };
  };
  const token = (
    claims: JWTPayload = {},
    { alg = 'ES256', typ = 'at+jwt', key = own.privateKey } = {},
  ) => new SignJWT({ ...CLAIMS, ...claims }).setProtectedHeader({ alg, typ, kid }).sign(key);

  test('a good token yields its claims, at first and from memory', async () => {
    const { verify, verified } = verifier();
    const good = await token();
    const claims = {
      profile: 'Patient/1',
      subject: 'account',
      clientId: 'diga-app',
      tokenId: 'token',
      expiresAt: NOW + 300,
      scope: 'patient/*.rs',
      acr: 'urn:diga:acr:2fa',
    };
    expect(await verify(good)).toEqual(claims);
    expect(verified.size).toBe(1);
    expect(await verify(good)).toEqual(claims);
  });

  test('wrong algorithm, key, type, audience, time or claims are refused', async () => {
    const { verify } = verifier();
    const secret = createSecretKey(Buffer.from(JSON.stringify(jwk)));
    const [, payload, signature] = (await token()).split('.');
    const header = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const bad = {
      hs256: await token({}, { alg: 'HS256', key: secret }),
      rs256: await token({}, { alg: 'RS256', key: rsa.privateKey }),
      eddsa: await token({}, { alg: 'EdDSA', key: ed.privateKey }),
      none: `${header({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
      noneWithSignature: `${header({ alg: 'none', typ: 'at+jwt', kid })}.${payload}.${signature}`,
      foreignKey: await token({}, { key: foreign.privateKey }),
      idToken: await token({}, { typ: 'JWT' }),
      audience: await token({ aud: ISSUER }),
      notYet: await token({ nbf: NOW + 60 }),
      noProfile: await token({ profile: undefined }),
      noPatient: await token({ profile: 'Patient/1/../2' }),
      boundToNoKey: await token({ cnf: { jkt: 'x' } }),
      boundToKey: await token({ cnf: { jkt: kid } }),
      boundToCertificate: await token({ cnf: { 'x5t#S256': kid } }),
      unexpected: await token({ name: 'Erika Mustermann' }),
      sandbox: await token({ client_id: 'sandbox-full' }),
    };
    for (const [name, value] of Object.entries(bad)) {
      const code = await verify(value).then(
        () => 'accepted',
        (error: unknown) => (error as { code: string }).code,
      );
      expect({ name, code }).toEqual({ name, code: 'AUTH_TOKEN_INVALID' });
    }
  });

  test('keys that a token brings along, or says where they lie, count for nothing', async () => {
    const { verify } = verifier();
    const foreignJwk = { ...foreign.publicKey.export({ format: 'jwk' }), kty: 'EC' };
    const headers = [
      { kid },
      { kid, jwk: foreignJwk },
      { kid, jku: 'https://evil.example/jwks.json' },
      { kid, x5u: 'https://evil.example/chain.pem' },
      { kid: await calculateJwkThumbprint(foreignJwk), jwk: foreignJwk },
      {},
    ];
    for (const header of headers) {
      const forged = await new SignJWT(CLAIMS)
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...header })
        .sign(foreign.privateKey);
      await expect(verify(forged)).rejects.toMatchObject({ code: 'AUTH_TOKEN_INVALID' });
    }
  });

  test('expiry holds for tokens in memory too', async () => {
    const { verify } = verifier();
    const good = await token();
    await verify(good);
    now = NOW + 299;
    expect(await verify(good)).toBeDefined();
    now = NOW + 300;
    await expect(verify(good)).rejects.toMatchObject({ code: 'AUTH_TOKEN_EXPIRED', status: 401 });
  });

  test('revocation of the grant, or of a token without grant, holds at once for tokens in memory', async () => {
    const { verify } = verifier();
    const good = await token();
    const service = await token({ grant: undefined, jti: 'service' });
    await verify(good);
    await verify(service);
    revoked.add('grant-1');
    await expect(verify(good)).rejects.toMatchObject({ code: 'AUTH_TOKEN_INVALID' });
    expect(await verify(service)).toBeDefined();
    revoked.add('jti service');
    await expect(verify(service)).rejects.toMatchObject({ code: 'AUTH_TOKEN_INVALID' });
  });

  test('[R-196] what is not of this issuer is left to others, whatever it looks like', async () => {
    const { verify } = verifier();
    const others = [
      await token({ iss: 'https://other.example' }),
      'opaque',
      '',
      'a.b.c',
      'x'.repeat(100_000),
    ];
    for (const value of others) expect(await verify(value)).toBeUndefined();
  });

  test('sandbox tokens are fine in the sandbox', async () => {
    expect(
      await verifier('sandbox').verify(await token({ client_id: 'sandbox-full' })),
    ).toBeDefined();
  });

  test('the memory is bounded; the token not used for longest goes first', async () => {
    const { verify, verified } = verifier();
    for (let count = 0; count < 10; count += 1)
      await verify(await token({ jti: `token-${count}` }));
    expect(verified.size).toBe(3);
  });
});
