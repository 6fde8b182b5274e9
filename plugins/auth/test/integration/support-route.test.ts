import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { loginLimits } from '../../logins/login-limits.ts';
import { supportRoute } from '../../recovery/support-route.ts';
import {
  type AccountServices,
  accountServices,
  fromSomewhere,
  ORIGIN,
  registerPerson,
  signInWithCode,
} from '../support/account-services.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { SoftwarePasskey } from '../support/software-passkey.ts';

// Each registration costs a hash of a tenth of a second, and more where much runs at once.
jest.setTimeout(60_000);

describe('Door of the support desk', () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  let services: AccountServices;
  let server: Server;
  let scope = 'user/*.cruds';

  beforeAll(async () => {
    database = await accountsDatabase();
    services = await accountServices({ database });
    const { host, logins } = services.core;
    const handle = supportRoute({
      // The host verifies tokens; here the login is named as it is.
      host: {
        asCaller: async ({ headers }: IncomingMessage) => ({
          principal: { loginId: headers.authorization } as never,
          claims: { scope } as never,
          repository: host.repository,
          requestId: 'r',
        }),
      },
      desk: services.desk,
      logins,
      limits: loginLimits(host.config.logins),
      clock: host.clock,
    });
    server = createServer((request, response) => void handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }, 60_000);
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    await services.close();
    await database.drop();
  }, 30_000);

  const loginOf = async (
    person: { readonly accountId: string; readonly identity: { readonly profile: string } },
    acr: string,
  ): Promise<string> => {
    const { identity } = person as Awaited<ReturnType<typeof registerPerson>>;
    const login = await services.core.logins.create({
      accountId: person.accountId,
      clientId: 'console',
      ...identity,
      scope: 'openid',
      authMethod: 'password',
      acr,
      amr: [],
      authTime: new Date(services.now()),
      grantKey: randomUUID(),
      context: {},
      expiresAt: new Date(services.now() + 3_600_000),
    });
    return login.id;
  };
  const operator = async (acr = 'urn:diga:acr:2fa-phr'): Promise<string> => {
    const [profile, membershipId] = [`Practitioner/${randomUUID()}`, randomUUID()];
    await services.core.host.repository.update({
      resourceType: 'ProjectMembership',
      id: membershipId,
      active: true,
      project: { reference: 'Project/default' },
      user: { reference: `User/${randomUUID()}` },
      profile: { reference: profile },
      access: [{ policy: { reference: 'AccessPolicy/admin' } }],
    });
    const invited = { profile, membershipId, class: 'admin' } as const;
    const passkey = new SoftwarePasskey(ORIGIN);
    const password = 'sechzehn Zeichen sind es hier';
    return loginOf(await registerPerson(services, { invited, passkey, password }), acr);
  };
  const ask = async (login: string, path = '', body?: unknown) => {
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/admin/support-requests${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: login, 'content-type': 'application/json' },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, never> };
  };

  test('[R-244] ORP.4.A24: one administrator asks, another one approves, and the account opens', async () => {
    const person = await registerPerson(services);
    const [first, second] = [await operator(), await operator()];
    await services.lock.lock(person.accountId, fromSomewhere());
    const wish = { handle: person.handle, goal: 'unlock', ticket: 'INC-1' };
    const asked = await ask(first, '', wish);
    expect(asked.status).toBe(201);
    const id = String(asked.body['id']);
    expect((await ask(second)).body['requests']).toContainEqual(expect.objectContaining({ id }));
    expect((await ask(first, `/${id}/approve`, {})).status).toBe(404);
    expect(await signInWithCode(services, person)).toEqual({ outcome: 'refused' });
    expect((await ask(second, `/${id}/approve`, {})).status).toBe(200);
    expect(await signInWithCode(services, person)).toMatchObject({ outcome: 'accepted' });
    expect((await ask(second, `/${id}/reject`, {})).status).toBe(404);
  });

  test('no patient, no weak login, no ended login, no narrowed token and no service account is heard', async () => {
    const patient = await loginOf(await registerPerson(services), 'urn:diga:acr:2fa-phr');
    const weak = await operator('urn:diga:acr:2fa');
    const ended = await operator();
    const login = await services.core.logins.byId(ended);
    await services.core.logins.revoke(login?.accountId ?? '', ended);
    for (const one of [patient, weak, ended, randomUUID()]) {
      expect((await ask(one)).status).toBe(403);
      const wish = { handle: 'A', goal: 'unlock', ticket: '1' };
      expect((await ask(one, '', wish)).status).toBe(403);
    }
    const whole = await operator();
    expect((await ask(whole)).status).toBe(200);
    scope = 'user/Observation.rs';
    expect((await ask(whole)).status).toBe(403);
    scope = 'user/*.cruds';
  });

  test('a body that cannot be read is refused as such', async () => {
    const admin = await operator();
    const wish = { handle: 'A', goal: 'unlock', ticket: '1' };
    for (const body of [
      '{',
      '[]',
      'x'.repeat(5000),
      { ...wish, goal: 'all' },
      { ...wish, more: 1 },
    ])
      expect((await ask(admin, '', body)).status).toBe(400);
    expect((await ask(admin, '', { ...wish, ticket: 'Frau Meier' })).status).toBe(400);
  });
});
