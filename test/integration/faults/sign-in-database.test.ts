import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { Browser } from '../../../plugins/auth/test/support/browser.ts';
import { PASSWORD, type TokenResponse } from '../../../plugins/auth/test/support/sign-in.ts';
import {
  type Person,
  type Product,
  startProduct,
} from '../../conformance/medplum-client/product.ts';

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
  readonly body: Readonly<Record<string, string>>;
}

let product: Product;
let superuser: pg.Client;
let people: readonly [Person, Person];

beforeAll(async () => {
  product = await startProduct();
  people = [await product.person(), await product.person()];
  superuser = new pg.Client({ connectionString: product.databases.superuserUrl });
  await superuser.connect();
  // The connection of the helper ends with all others.
  product.accounts.on('error', () => undefined);
}, 60_000);
afterAll(async () => {
  await superuser.end();
  await product.close();
}, 30_000);

const post = async (path: string, body: object): Promise<Answer> => {
  const response = await fetch(product.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const parsed = JSON.parse(text) as Answer['body'];
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    text,
    body: parsed,
  };
};
const begin = (email: string, verifier: string): Promise<Answer> =>
  post('/auth/login', {
    email,
    password: PASSWORD,
    scope: 'openid',
    codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
    codeChallengeMethod: 'S256',
  });
const finish = (login: string, token: string): Promise<Answer> =>
  post('/auth/mfa/verify', { login, token });
const redeem = async (code: string, verifier: string): Promise<TokenResponse> => {
  const response = await fetch(`${product.url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: '',
      code,
      code_verifier: verifier,
    }),
  });
  return { status: response.status, body: (await response.json()) as TokenResponse['body'] };
};

const accounts = (): string => new URL(product.databases.urls.accounts.url).pathname.slice(1);
const cut = () =>
  superuser.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
    accounts(),
  ]);
const away = async (): Promise<void> => {
  await superuser.query(`ALTER DATABASE ${accounts()} ALLOW_CONNECTIONS false`);
  await cut();
};
const back = () => superuser.query(`ALTER DATABASE ${accounts()} ALLOW_CONNECTIONS true`);

const INSIDE = /ECONN|127\.0\.0\.1:5432|diga_test|terminat|\.ts:|postgres|not currently accepting/i;

describe('IT-Grundschutz APP.4.3: the accounts database goes away during a sign-in', () => {
  test('each step is 503 and says when to come again, nothing inside shows, and the sign-in that had begun goes on', async () => {
    const [person] = people;
    const verifier = randomBytes(32).toString('base64url');
    const { login = '' } = (await begin(person.handle, verifier)).body;
    const code = person.code();
    await away();
    try {
      const lost = [
        await begin(person.handle, verifier),
        await begin('no-such-handle', verifier),
        await finish(login, code),
        await post('/auth/profile', { login, profile: 'any' }),
      ];
      for (const { status, retryAfter, text, body } of lost) {
        expect(text).not.toMatch(INSIDE);
        expect([status, body['resourceType']]).toEqual([503, 'OperationOutcome']);
        expect(retryAfter).toMatch(/^\d+$/);
      }
      // Who exists and who does not is told the same.
      expect(lost[0]?.text.replaceAll(/[0-9a-f-]{36}/g, '')).toBe(
        lost[1]?.text.replaceAll(/[0-9a-f-]{36}/g, ''),
      );
      const page = await new Browser(product.url).open('/auth/account');
      expect(page.body).not.toMatch(INSIDE);
      expect(page.status).toBe(503);
    } finally {
      await back();
    }
    const done = await finish(login, code);
    expect(done.status).toBe(200);
    expect((await redeem(done.body['code'] ?? '', verifier)).status).toBe(200);
  }, 60_000);

  test('connections that break again and again cost repetitions, and lock nobody out', async () => {
    const [, person] = people;
    const verifier = randomBytes(32).toString('base64url');
    const end = new AbortController();
    const breaking = (async () => {
      while (!end.signal.aborted) {
        await cut();
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    })();
    const statuses: number[] = [];
    try {
      for (let turn = 0; turn < 20; turn += 1) {
        const { status, text } = await begin(person.handle, verifier);
        statuses.push(status);
        expect(text).not.toMatch(INSIDE);
      }
    } finally {
      end.abort();
      await breaking;
    }
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(statuses).toContain(200);
    const { login = '' } = (await begin(person.handle, verifier)).body;
    expect((await finish(login, person.code())).status).toBe(200);
  }, 60_000);
});
