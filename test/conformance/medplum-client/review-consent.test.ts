import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Observation, ProjectMembership, Subscription } from '@medplum/fhirtypes';
import { Browser, fieldValue } from '../../../plugins/auth/test/support/browser.ts';
import type { AuthServer } from '../../../plugins/auth/test/support/auth-server.ts';
import {
  authorizationRequest,
  logIn,
  PASSWORD,
  tokenRequest,
} from '../../../plugins/auth/test/support/sign-in.ts';
import { fhirClient } from '../../support/fhir-client.ts';
import { type Product, startProduct } from './product.ts';

const REDIRECT = 'http://127.0.0.1:49152/callback';

let product: Product;
const told: string[] = [];
const receiver = createServer((request, response) => {
  told.push(String(request.url));
  request.resume();
  response.end();
});

beforeAll(async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${String((receiver.address() as AddressInfo).port)}`;
  product = await startProduct([`subscriptions.privateDestinations=${host}`]);
}, 60_000);
afterAll(async () => {
  await product.close();
  receiver.close();
}, 30_000);

const until = async (count: number, rounds = 200): Promise<void> => {
  for (let i = 0; i < rounds && told.length < count; i += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
};

describe('GDPR Art. 7 (3): what an app has stored ends with the consent', () => {
  test('a Subscription of an app of another maker tells it nothing after the consent was taken back', async () => {
    const full = await product.sandbox('full');
    await full.put('ClientApplication/diary', {
      resourceType: 'ClientApplication',
      id: 'diary',
      name: 'Diary',
      redirectUris: [REDIRECT],
    });
    await full.put('AccessPolicy/subscriber', {
      resourceType: 'AccessPolicy',
      id: 'subscriber',
      resource: [
        { resourceType: 'Subscription' },
        { resourceType: 'Observation', criteria: 'Observation?patient=%patient' },
      ],
    });
    const who = await product.person();
    const found = await full.get(`ProjectMembership?profile=${who.profile}`);
    const [entry] = found.json<{ entry: { resource: ProjectMembership }[] }>().entry;
    const membership = entry?.resource;
    const given = { policy: { reference: 'AccessPolicy/subscriber' } };
    await full.put(`ProjectMembership/${String(membership?.id)}`, {
      ...membership,
      access: [...(membership?.access ?? []), given],
    });

    const issuer = { origin: product.url, now: () => Date.now() } as AuthServer;
    const scope = 'openid patient/Observation.rs patient/Subscription.crus';
    const wanted = { client_id: 'diary', redirect_uri: REDIRECT, scope };
    const asked = authorizationRequest(issuer, wanted);
    const browser = new Browser(product.url);
    const typed = { handle: who.handle, password: PASSWORD, code: who.code() };
    const { end: page } = await logIn(issuer, typed, browser, asked);
    const form = { form_token: fieldValue(page.body, 'form_token'), decision: 'all' };
    const end = await browser.open(`${page.url}/consent`, form);
    const { body } = await tokenRequest(issuer, {
      grant_type: 'authorization_code',
      client_id: 'diary',
      code: new URL(end.url).searchParams.get('code') ?? '',
      redirect_uri: REDIRECT,
      code_verifier: asked.verifier,
    });
    const app = fhirClient(`${product.url}/fhir`, body.access_token);
    const endpoint = `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/told`;
    const stored = await app.post('Subscription', {
      resourceType: 'Subscription',
      status: 'requested',
      reason: 'diary',
      criteria: 'Observation',
      channel: { type: 'rest-hook', endpoint },
    } satisfies Subscription);
    expect(stored.status).toBe(201);
    const observe = () =>
      full.post('Observation', {
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'weight' },
        subject: { reference: who.profile },
      } satisfies Observation);
    expect((await observe()).status).toBe(201);
    await until(1);
    expect(told).toHaveLength(1);

    await product.accounts.query('delete from consent where account_id = $1', [who.accountId]);
    expect((await observe()).status).toBe(201);
    await until(2, 60);
    expect(told).toHaveLength(1);
  }, 40_000);
});
