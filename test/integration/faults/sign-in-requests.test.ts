import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PASSWORD } from '../../../plugins/auth/test/support/sign-in.ts';
import { type Product, startProduct } from '../../conformance/medplum-client/product.ts';

let product: Product;

beforeAll(async () => {
  product = await startProduct();
}, 60_000);
afterAll(() => product.close(), 30_000);

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

const post = async (path: string, type: string, body: string) => {
  const response = await fetch(product.url + path, {
    method: 'POST',
    headers: { 'content-type': type },
    body,
  });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) as Record<string, string> };
};

/** Promises more than comes, then the connection breaks. */
async function truncated(path: string, type: string, body: string, reset: boolean): Promise<void> {
  const { hostname, port, host } = new URL(product.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  const part = body.slice(0, Math.ceil(body.length / 2));
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${type}\r\nContent-Length: ${String(body.length)}\r\n\r\n${part}`,
  );
  await new Promise((resolve) => setTimeout(resolve, 30));
  if (reset) socket.resetAndDestroy();
  else socket.end();
  await once(socket, 'close');
}

const rows = async (table: 'sign_in_attempt' | 'throttle'): Promise<number> => {
  const found = await product.accounts.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM ${table}`,
  );
  return found.rows[0]?.n ?? -1;
};

function loginOf(email: string, verifier: string): string {
  return JSON.stringify({
    email,
    password: PASSWORD,
    scope: 'openid offline_access',
    codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
    codeChallengeMethod: 'S256',
  });
}

describe('Requests of a sign-in that are cut off or come twice', () => {
  test.each([true, false])(
    'a cut-off request has done nothing and is no failure of the server (reset: %s)',
    async (reset) => {
      const person = await product.person();
      const verifier = randomBytes(32).toString('base64url');
      const login = loginOf(person.handle, verifier);
      const before = [await rows('sign_in_attempt'), await rows('throttle')];
      await truncated('/auth/login', JSON_TYPE, login, reset);
      expect([await rows('sign_in_attempt'), await rows('throttle')]).toEqual(before);

      const step = await post('/auth/login', JSON_TYPE, login);
      const proof = JSON.stringify({ login: step.body['login'], token: person.code() });
      await truncated('/auth/mfa/verify', JSON_TYPE, proof, reset);
      const done = await post('/auth/mfa/verify', JSON_TYPE, proof);
      expect(done.status).toBe(200);

      const form = String(
        new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: '',
          code: done.body['code'] ?? '',
          code_verifier: verifier,
        }),
      );
      await truncated('/oauth2/token', FORM_TYPE, form, reset);
      const issued = await post('/oauth2/token', FORM_TYPE, form);
      expect(issued).toMatchObject({ status: 200 });
      const renewal = String(
        new URLSearchParams({
          grant_type: 'refresh_token',
          client_id: '',
          refresh_token: issued.body['refresh_token'] ?? '',
        }),
      );
      await truncated('/oauth2/token', FORM_TYPE, renewal, reset);
      await truncated('/auth/interaction/none/login', FORM_TYPE, 'handle=a&password=b', reset);
      expect((await post('/oauth2/token', FORM_TYPE, renewal)).status).toBe(200);
      // Strangers cannot fill the log with failures that are none.
      expect(product.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
    },
    60_000,
  );

  test('half a JSON document is refused with what is wrong, and not with what it said', async () => {
    const whole = loginOf('a-handle', 'x'.repeat(43));
    const { status, text, body } = await post('/auth/login', JSON_TYPE, whole.slice(0, -20));
    expect([status, body['resourceType']]).toEqual([400, 'OperationOutcome']);
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toContain('a-handle');
  });

  test('[R-194] TR-03161 O.Auth_4: the second step sent twice, at once or later, is one sign-in with one code', async () => {
    const person = await product.person();
    const verifier = randomBytes(32).toString('base64url');
    const step = await post('/auth/login', JSON_TYPE, loginOf(person.handle, verifier));
    const proof = JSON.stringify({ login: step.body['login'], token: person.code() });
    const answers = await Promise.all(
      [1, 2, 3].map(() => post('/auth/mfa/verify', JSON_TYPE, proof)),
    );
    expect(answers.filter(({ body }) => body['code'] !== undefined)).toHaveLength(1);
    const later = await post('/auth/mfa/verify', JSON_TYPE, proof);
    expect(later.status).toBeGreaterThanOrEqual(400);
    expect(later.body['code']).toBeUndefined();
    // The proof is not worth more in a sign-in of its own.
    const other = await post('/auth/login', JSON_TYPE, loginOf(person.handle, verifier));
    const copied = JSON.stringify({
      login: other.body['login'],
      token: (JSON.parse(proof) as { token: string }).token,
    });
    expect((await post('/auth/mfa/verify', JSON_TYPE, copied)).body['code']).toBeUndefined();
  }, 30_000);
});
