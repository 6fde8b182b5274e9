import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { LoginAuthenticationResponse, MedplumClient } from '@medplum/core';
import type {
  ClientApplication,
  Observation,
  ProjectMembership,
  Subscription,
} from '@medplum/fhirtypes';
import { WebSocket } from 'ws';
import { Browser, fieldValue } from '../../../plugins/auth/test/support/browser.ts';
import type { AuthServer } from '../../../plugins/auth/test/support/auth-server.ts';
import {
  authorizationRequest,
  logIn,
  PASSWORD,
  tokenRequest,
} from '../../../plugins/auth/test/support/sign-in.ts';
import { type Person, type Product, startProduct } from './product.ts';

const REDIRECT = 'http://127.0.0.1:49152/callback';

let product: Product;
let admin: MedplumClient;
let person: Person;
const sockets: WebSocket[] = [];

beforeAll(async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  product = await startProduct();
  const full = await product.sandbox('full');
  const own = (await full.get('ProjectMembership/sandbox-admin')).json<ProjectMembership>();
  await full.put('ProjectMembership/sandbox-admin', { ...own, admin: true });
  await full.put('ClientApplication/diary', {
    resourceType: 'ClientApplication',
    id: 'diary',
    name: 'Diary',
    redirectUris: [REDIRECT],
  });
  admin = product.medplum();
  admin.setAccessToken(await product.sandboxToken('admin'));
  person = await product.person();
}, 60_000);
afterAll(async () => {
  for (const socket of sockets) socket.terminate();
  await product.close();
}, 30_000);

const issuer = () => ({ origin: product.url, now: () => Date.now() }) as AuthServer;

async function signedIn(who: Person, membership?: string): Promise<MedplumClient> {
  const medplum = product.medplum();
  const { login } = await medplum.startLogin({ email: who.handle, password: PASSWORD });
  const token = who.code();
  const step = await medplum.post<LoginAuthenticationResponse>('auth/mfa/verify', { login, token });
  const { code } =
    membership === undefined
      ? step
      : await medplum.post<LoginAuthenticationResponse>('auth/profile', {
          login,
          profile: membership,
        });
  await medplum.processCode(String(code));
  return medplum;
}

/** A token that a person has allowed the app of another maker to have. */
async function tokenOfDiary(who: Person, scope: string): Promise<string> {
  const asked = authorizationRequest(issuer(), {
    client_id: 'diary',
    redirect_uri: REDIRECT,
    scope,
  });
  const browser = new Browser(product.url);
  const typed = { handle: who.handle, password: PASSWORD, code: who.code() };
  const { end: page } = await logIn(issuer(), typed, browser, asked);
  const end = await browser.open(`${page.url}/consent`, {
    form_token: fieldValue(page.body, 'form_token'),
    decision: 'all',
  });
  const { body } = await tokenRequest(issuer(), {
    grant_type: 'authorization_code',
    client_id: 'diary',
    code: new URL(end.url).searchParams.get('code') ?? '',
    redirect_uri: REDIRECT,
    code_verifier: asked.verifier,
  });
  return body.access_token;
}

function call(token: string, path: string, body?: object): Promise<Response> {
  return fetch(`${product.url}/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function refused(refreshToken: string): Promise<readonly unknown[]> {
  const { status, body } = await tokenRequest(issuer(), {
    grant_type: 'refresh_token',
    client_id: 'medplum',
    refresh_token: refreshToken,
  });
  return [status, body['error']];
}

function claim(medplum: MedplumClient, name: string): string {
  const [, payload = ''] = String(medplum.getAccessToken()).split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, string>;
  return String(claims[name]);
}

describe('Tokens of other makers’ apps', () => {
  test('an app with one scope about resources neither sees nor touches the account', async () => {
    const console = await signedIn(person);
    const token = await tokenOfDiary(person, 'openid patient/Observation.rs');
    const me = await call(token, 'auth/me');
    expect(me.status).toBe(200);
    expect(await me.json()).not.toHaveProperty('security');
    const loginId = claim(console, 'login_id');
    for (const answer of [
      await call(token, 'auth/revoke', { loginId }),
      await call(token, 'auth/mfa/status'),
      await call(token, 'auth/changepassword', { oldPassword: PASSWORD, newPassword: 'x' }),
    ]) {
      expect(answer.status).toBe(403);
    }
    expect(await console.get('auth/mfa/status')).toMatchObject({ enrolled: true });
    const exchanged = await tokenRequest(issuer(), {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token: token,
      client_id: 'diary',
      membership_id: String(console.getProjectMembership()?.id),
    });
    expect([exchanged.status, exchanged.body.access_token]).toEqual([
      expect.any(Number),
      undefined,
    ]);
    expect(exchanged.status).toBeGreaterThanOrEqual(400);
  }, 30_000);
});

describe('Identities', () => {
  test('[R-194] a login that was switched to ends with the one it came from', async () => {
    const first = await signedIn(person);
    const membership = String(first.getProjectMembership()?.id);
    const thief = product.medplum();
    await thief.exchangeExternalAccessToken(String(first.getAccessToken()), 'medplum', membership);
    expect(claim(thief, 'login_id')).not.toBe(claim(first, 'login_id'));
    const refreshToken = thief.getActiveLogin()?.refreshToken;
    await first.signOut();
    await expect(thief.get('auth/me')).rejects.toThrow();
    expect(await refused(String(refreshToken))).toEqual([400, 'invalid_grant']);
  }, 30_000);

  test('whoever administers by any membership of the identity needs a factor that resists phishing', async () => {
    const { membership, doctor } = await invitedDoctor();
    const session = await signedIn(doctor);
    const refreshToken = String(session.getActiveLogin()?.refreshToken);
    await admin.createResource<ProjectMembership>({
      resourceType: 'ProjectMembership',
      active: true,
      project: { reference: 'Project/default' },
      user: { reference: 'User/x' },
      profile: membership.profile,
      accessPolicy: { reference: 'AccessPolicy/admin' },
    });
    await expect(signedIn(doctor)).rejects.toThrow();
    // Nor does a sign-in from before go on.
    expect(await refused(refreshToken)).toEqual([400, 'invalid_grant']);
  }, 30_000);

  test('an invitation makes no second account for an identity that somebody has, and none for a machine', async () => {
    const name = { firstName: 'Eve', lastName: 'Beispiel', email: 'x' } as const;
    for (const reference of [
      'Practitioner/sandbox-support',
      'ClientApplication/sandbox-full',
      'Bot/x',
    ]) {
      const membership = { profile: { reference } } as ProjectMembership;
      await expect(
        admin.invite('default', { resourceType: 'Practitioner', ...name, membership }),
      ).rejects.toThrow(/profile/);
    }
  }, 30_000);
});

async function invitedDoctor() {
  const membership = (await admin.invite('default', {
    resourceType: 'Practitioner',
    firstName: 'Ada',
    lastName: 'Beispiel',
    email: 'x',
    membership: { accessPolicy: { reference: 'AccessPolicy/clinician' } },
  })) as ProjectMembership;
  const link = membership.extension?.[0]?.extension?.find(({ url }) => url === 'link')?.valueUri;
  return { membership, doctor: await product.accept(String(link)) };
}

describe('Machines', () => {
  test('a client secret opens no policy that demands two factors, not even that of an admin', async () => {
    const client = await admin.post<ClientApplication>('admin/projects/default/client', {
      name: 'Automation',
      accessPolicy: { reference: 'AccessPolicy/admin' },
    });
    const machine = product.medplum();
    await machine.startClientLogin(String(client.id), String(client.secret));
    const token = String(machine.getAccessToken());
    expect((await call(token, 'fhir/AccessPolicy')).status).toBe(401);
    expect((await call(token, 'fhir/ProjectMembership')).status).toBe(401);
    const body = { resourceType: 'AccessPolicy', name: 'mine', resource: [] };
    expect((await call(token, 'fhir/AccessPolicy', body)).status).toBe(401);
  }, 30_000);
});

describe('WebSockets', () => {
  test('a socket and its binding token are worth nothing after the sign-out', async () => {
    const full = await product.sandbox('full');
    await full.put('AccessPolicy/subscriber', {
      resourceType: 'AccessPolicy',
      id: 'subscriber',
      resource: [
        { resourceType: 'Subscription' },
        { resourceType: 'Observation', criteria: 'Observation?patient=%patient' },
      ],
    });
    const who = await product.person();
    const mine = await signedIn(who);
    const id = String(mine.getProjectMembership()?.id);
    const stored = (await full.get(`ProjectMembership/${id}`)).json<ProjectMembership>();
    const given = { policy: { reference: 'AccessPolicy/subscriber' } };
    await full.put(`ProjectMembership/${id}`, {
      ...stored,
      access: [...(stored.access ?? []), given],
    });
    const { id: subscription } = await mine.createResource<Subscription>({
      resourceType: 'Subscription',
      status: 'active',
      reason: 'test',
      criteria: 'Observation',
      channel: { type: 'websocket', payload: 'application/fhir+json' },
    });
    const bound = await mine.get<{ parameter: { name: string; valueString?: string }[] }>(
      `fhir/R4/Subscription/${subscription}/$get-ws-binding-token`,
    );
    const token = bound.parameter.find(({ name }) => name === 'token')?.valueString;
    const connect = async () => {
      const socket = new WebSocket(`${product.url.replace('http', 'ws')}/ws/subscriptions-r4`);
      sockets.push(socket);
      const texts: string[] = [];
      socket.on('message', (data: Buffer) => texts.push(data.toString()));
      await once(socket, 'open');
      socket.send(JSON.stringify({ type: 'bind-with-token', payload: { token } }));
      return { socket, texts };
    };
    const observe = () =>
      full.post('Observation', {
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'weight' },
        subject: { reference: who.profile },
      } satisfies Observation);
    const until = async (texts: readonly string[], count: number): Promise<void> => {
      for (let i = 0; i < 200 && texts.length < count; i += 1)
        await new Promise((resolve) => setTimeout(resolve, 50));
    };
    const before = await connect();
    await until(before.texts, 1);
    expect((await observe()).status).toBe(201);
    await until(before.texts, 2);
    expect(before.texts).toHaveLength(2);

    await mine.signOut();
    expect((await observe()).status).toBe(201);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(before.texts).toHaveLength(2);
    const after = await connect();
    await Promise.race([once(after.socket, 'close'), until(after.texts, 1)]);
    expect(after.texts).toEqual([]);
  }, 40_000);
});
