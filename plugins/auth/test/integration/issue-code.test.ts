import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { AuthService, Database, SignInStep } from '../../../../src/plugin/sdk.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { type AuthServer, authServer } from '../support/auth-server.ts';
import { CLIENTS } from '../support/judge.ts';
import {
  type Credentials,
  PASSWORD,
  register,
  tokenRequest,
  totpCode,
} from '../support/sign-in.ts';

const ORIGIN = { address: '127.0.0.1', network: '127.0.0.1' };

describe('RFC 7636: codes for a sign-in by another door', () => {
  let database: Database & { drop(): Promise<void> };
  let server: AuthServer;
  let service: AuthService;
  let credentials: Credentials;

  beforeAll(async () => {
    database = await accountsDatabase();
    server = await authServer({ database, config: CLIENTS });
    service = server.provided('service') as AuthService;
    ({ credentials } = await register(server));
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await database.drop();
  }, 30_000);

  async function accepted(scope: string): Promise<{ step: SignInStep; verifier: string }> {
    const verifier = randomBytes(32).toString('base64url');
    const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
    const { handle, secret } = credentials;
    const purpose = { clientId: 'portal', scope, codeChallenge };
    const first = await service.begin({ handle, password: PASSWORD }, purpose, ORIGIN);
    if (first.outcome !== 'second-factor') throw new TypeError(first.outcome);
    // The code of this half minute may be used up.
    server.advance(30);
    const proof = { kind: 'totp', code: totpCode(server, secret) } as const;
    return { step: await service.finish(first.attempt, proof, ORIGIN), verifier };
  }
  const attemptOf = (step: SignInStep): string => {
    if (step.outcome !== 'accepted') throw new TypeError(step.outcome);
    return step.attempt;
  };
  const redeem = (code: string, code_verifier: string, more: Record<string, string> = {}) =>
    tokenRequest(server, {
      grant_type: 'authorization_code',
      client_id: 'portal',
      code,
      code_verifier,
      redirect_uri: 'http://wherever.example/',
      ...more,
    });

  test('a code is redeemed with its verifier, whatever redirect is named; twice ends the login', async () => {
    const { step, verifier } = await accepted('openid patient/*.rs');
    const { code, login } = await service.issueCode(attemptOf(step), {}, ORIGIN);
    expect((await redeem(code, 'x'.repeat(43))).body['error']).toBe('invalid_grant');
    const { status, body } = await redeem(code, verifier);
    expect(status).toBe(200);
    expect(decodeJwt(body.access_token)).toMatchObject({ login_id: login, scope: 'patient/*.rs' });
    expect((await redeem(code, verifier)).body['error']).toBe('invalid_grant');
    await expect(server.authenticator.verify(body.access_token)).rejects.toMatchObject({
      status: 401,
    });
  }, 30_000);

  test('it is of its client alone, and of one attempt once', async () => {
    const { step, verifier } = await accepted('openid');
    const attempt = attemptOf(step);
    const { code } = await service.issueCode(attempt, {}, ORIGIN);
    const other = await redeem(code, verifier, { client_id: 'diga-app' });
    expect(other.body['error']).toBe('invalid_grant');
    await expect(service.issueCode(attempt, {}, ORIGIN)).rejects.toMatchObject({
      code: 'AUTH_SESSION_GONE',
    });
  }, 30_000);

  test('RFC 6749 3.3: a scope that cannot be granted is refused', async () => {
    const { step } = await accepted('openid system/*.rs');
    await expect(service.issueCode(attemptOf(step), {}, ORIGIN)).rejects.toMatchObject({
      code: 'AUTH_SCOPE_REFUSED',
    });
  }, 30_000);
});
