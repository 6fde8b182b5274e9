import { createSecretKey, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type DpopNonces, dpopNonces } from '../../tokens/dpop-nonce.ts';
import { type ProofVerifier, proofVerifier } from '../../tokens/dpop-proof.ts';
import { type DeviceKey, deviceKey } from '../support/dpop.ts';

const URL_OF = 'https://api.diga.example/fhir/Patient/1';
const TOKEN = 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln';
const GET = { htm: 'GET', htu: URL_OF };

describe('[R-012] RFC 9449 4.3: a proof of possession', () => {
  let device: DeviceKey;
  let now = Date.now();
  let nonces: DpopNonces;
  let verify: ProofVerifier;

  beforeAll(async () => {
    device = await deviceKey();
    const clock = { now: () => now };
    const shown = new Set<string>();
    nonces = dpopNonces(Buffer.alloc(32, 7), clock);
    const first = async (key: string, jti: string) => {
      const name = `${key} ${jti}`;
      return !shown.has(name) && Boolean(shown.add(name));
    };
    verify = proofVerifier({ nonces, replays: { first }, clock, window: 60 });
  });

  const checked = async (proof: string | undefined, more = {}) => {
    now = Date.now();
    const request = {
      method: 'GET',
      url: URL_OF,
      token: TOKEN,
      thumbprint: device.thumbprint,
      ...more,
    };
    return verify(proof, request).then(
      () => 'accepted',
      (error: unknown) => String((error as { detail?: string }).detail),
    );
  };

  test.each(['ES256', 'ES384', 'ES512', 'PS256'])('signed with %s is taken once', async (alg) => {
    const other = await deviceKey(alg);
    const proof = await other.prove(GET, TOKEN);
    const thumbprint = { thumbprint: other.thumbprint };
    expect(await checked(proof, thumbprint)).toBe('accepted');
    expect(await checked(proof, thumbprint)).toBe('invalid_dpop_proof');
  });

  test('names its target whatever its query, and however it is written', async () => {
    for (const htu of [
      `${URL_OF}?_format=json`,
      'https://API.diga.example:443/fhir/Patient/1',
      `${URL_OF}#x`,
    ]) {
      expect(await checked(await device.prove({ htm: 'GET', htu }, TOKEN))).toBe('accepted');
    }
  });

  test.each([
    ['another method', { htm: 'POST' }],
    ['another path', { htu: 'https://api.diga.example/fhir/Patient/2' }],
    ['another host', { htu: 'https://evil.example/fhir/Patient/1' }],
    ['http in place of https', { htu: 'http://api.diga.example/fhir/Patient/1' }],
    ['no target', { htu: undefined }],
    ['no hash of the token', { ath: undefined }],
    ['the hash of another token', { ath: 'x'.repeat(43) }],
    ['no id', { jti: undefined }],
    ['an id without end', { jti: 'x'.repeat(1000) }],
    ['no time', { iat: undefined }],
  ])('with %s is refused', async (_name, claims) => {
    expect(await checked(await device.prove({ ...GET, ...claims } as never, TOKEN))).toBe(
      'invalid_dpop_proof',
    );
  });

  test.each([-61, 61])('RFC 9449 11.1: %i seconds off the clock needs a nonce', async (offset) => {
    const iat = Math.floor(Date.now() / 1000) + offset;
    expect(await checked(await device.prove({ ...GET, iat }, TOKEN))).toBe('use_dpop_nonce');
    const nonce = nonces.next();
    expect(await checked(await device.prove({ ...GET, iat, nonce }, TOKEN))).toBe('accepted');
  });

  test('RFC 9449 8: a nonce of the server holds for minutes; another, or an old one, is told a new one', async () => {
    const old = nonces.next();
    expect(await checked(await device.prove({ ...GET, nonce: 'mine' }, TOKEN))).toBe(
      'use_dpop_nonce',
    );
    now = Date.now() + 10 * 60_000;
    expect(nonces.accepts(old)).toBe(false);
    now = Date.now();
    expect(nonces.accepts(old)).toBe(true);
    const error = await verify(await device.prove({ ...GET, nonce: 'mine' }, TOKEN), {
      method: 'GET',
      url: URL_OF,
      token: TOKEN,
      thumbprint: device.thumbprint,
    }).catch((caught: unknown) => caught as { headers: Record<string, string> });
    expect((error as { headers: Record<string, string> }).headers['DPoP-Nonce']).toBe(
      nonces.next(),
    );
  });

  test('of another key than the token is bound to is refused', async () => {
    const other = await deviceKey();
    expect(await checked(await other.prove(GET, TOKEN))).toBe('invalid_token');
  });

  test('without a signature, with a shared secret, of another type, with a private or weak key is refused', async () => {
    const claims = { ...GET, jti: randomUUID(), iat: Math.floor(Date.now() / 1000) };
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const header = { typ: 'dpop+jwt', jwk: device.publicJwk };
    const hmac = new SignJWT(claims).setProtectedHeader({ ...header, alg: 'HS256' });
    const weak = await generateKeyPair('PS256', { modulusLength: 2048, extractable: true });
    const weakJwk = await exportJWK(weak.publicKey);
    const bad = {
      none: `${encode({ ...header, alg: 'none' })}.${encode(claims)}.`,
      hmac: await hmac.sign(createSecretKey(Buffer.from(JSON.stringify(device.publicJwk)))),
      type: await device.prove(GET, TOKEN, { typ: 'JWT' }),
      private: await device.prove(GET, TOKEN, { jwk: { ...device.publicJwk, d: 'x' } }),
      noKey: await device.prove(GET, TOKEN, { jwk: undefined }),
      weak: await new SignJWT(claims)
        .setProtectedHeader({ alg: 'PS256', typ: 'dpop+jwt', jwk: weakJwk })
        .sign(weak.privateKey),
      long: 'x'.repeat(5000),
      missing: undefined,
    };
    for (const [name, proof] of Object.entries(bad))
      expect({ name, outcome: await checked(proof) }).toEqual({
        name,
        outcome: 'invalid_dpop_proof',
      });
  });
});
