import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compactVerify, createRemoteJWKSet } from 'jose';
import type { FhirClient } from '../../../../test/support/fhir-client.ts';
import { Browser, fieldValue } from '../support/browser.ts';
import { type Product, startAuthProduct } from '../support/product.ts';
import { PASSWORD, authorizationRequest, exchange, logIn, totpCode } from '../support/sign-in.ts';

let product: Product;

beforeAll(async () => {
  product = await startAuthProduct();
}, 120_000);
afterAll(() => product.close(), 60_000);

/** Opens an invitation and sets the account up with an authenticator app. */
async function accept(url: string): Promise<{ readonly handle: string; readonly secret: string }> {
  const browser = new Browser(product.url);
  const page = await browser.open(url);
  expect(page.url).toBe(`${product.url}/auth/invitation`);
  const handle = /<code id="handle">([^<]+)<\/code>|id="handle"[^>]*>([^<]+)</.exec(page.body);
  const secret = (/<code>([A-Z2-7 ]+)<\/code>/.exec(page.body)?.[1] ?? '').replaceAll(' ', '');
  const done = await browser.open(page.url, {
    form_token: fieldValue(page.body, 'form_token'),
    handle: handle?.[1] ?? '',
    kept: 'yes',
    password: PASSWORD,
    code: totpCode(product.auth, secret),
  });
  expect(done.status).toBe(200);
  return { handle: fieldValue(page.body, 'handle'), secret };
}

async function invited(policy: string, profile: string): Promise<string> {
  const options = ['--policy', policy, '--profile', profile, '--name', `Ward of ${profile}`];
  const url = product.databases.urls.accounts.url;
  const asked = await product.accounts('invite', ...options, '--url', url);
  expect(asked.code === 0 ? '' : asked.output).toBe('');
  return /https?:\S+\/auth\/invitation\/[\w-]{22}/.exec(asked.output)?.[0] ?? '';
}

/** The next time step of the authenticator app: a code serves once. */
async function nextCode(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 30_000 - (Date.now() % 30_000) + 100));
}

const SCOPE = { scope: 'openid user/*.cruds' };

/** Signs in, as the identity with the label where there are several. */
async function fhirOf(
  account: { readonly handle: string; readonly secret: string },
  label?: string,
): Promise<{ readonly fhir: FhirClient; readonly token: string }> {
  await nextCode();
  const browser = new Browser(product.url);
  const request = authorizationRequest(product.auth, SCOPE);
  const typed = {
    handle: account.handle,
    password: PASSWORD,
    code: totpCode(product.auth, account.secret),
  };
  let { end } = await logIn(product.auth, typed, browser, request);
  if (label !== undefined) {
    const found = new RegExp(`value="([^"]+)" required>\\s*<label[^>]*>${label} `).exec(end.body);
    end = await browser.open(`${end.url}/identity`, {
      form_token: fieldValue(end.body, 'form_token'),
      identity: found?.[1] ?? '',
    });
  }
  const { body } = await exchange(product.auth, end, request);
  return { fhir: product.withToken(body.access_token), token: body.access_token };
}

describe('an invitation of the operator', () => {
  let account: { readonly handle: string; readonly secret: string };

  test('makes an account for staff; its link serves once and stands in no log', async () => {
    const url = await invited('clinician', 'Practitioner/invited');
    expect(JSON.stringify(product.log)).not.toContain(url.slice(-22));
    account = await accept(url);
    expect((await new Browser(product.url).open(url)).status).toBe(410);
    const { fhir } = await fhirOf(account);
    expect((await fhir.get('Practitioner/invited')).status).toBe(200);
    const ledger = JSON.stringify(await product.audit());
    expect(ledger).toContain(
      'Invitation to an account of the class staff for Practitioner/invited',
    );
  }, 120_000);

  test('is refused for who has an account, for policies of patients, and for what is no Practitioner', async () => {
    const url = product.databases.urls.accounts.url;
    for (const [policy, profile, reason] of [
      ['clinician', 'Practitioner/invited', 'has an account already'],
      ['patient', 'Practitioner/other', 'the policy is none of'],
      ['admin', 'Patient/x', 'the profile is no Practitioner'],
    ] as const) {
      const answer = await product.accounts(
        'invite',
        '--policy',
        policy,
        '--profile',
        profile,
        '--url',
        url,
      );
      expect([answer.code, answer.output]).toEqual([1, expect.stringContaining(reason)]);
    }
  }, 120_000);

  test('[R-020] A 3.1: two roles of one person give two tokens with different narrowing', async () => {
    const full = await product.sandbox('full');
    for (const [patient, practitioner] of [
      ['of-one', 'Practitioner/invited'],
      ['of-two', 'Practitioner/second'],
    ] as const) {
      const generalPractitioner = [{ reference: practitioner }];
      const resource = { resourceType: 'Patient', id: patient, active: true, generalPractitioner };
      if (practitioner === 'Practitioner/second')
        await full.put(practitioner, { resourceType: 'Practitioner', id: 'second', active: true });
      expect((await full.put(`Patient/${patient}`, resource)).status).toBe(201);
    }
    const link = await invited('clinician', 'Practitioner/second');
    const browser = new Browser(product.url);
    const page = await browser.open(link);
    const form = { form_token: fieldValue(page.body, 'form_token'), handle: account.handle };
    const wrong = { ...form, password: 'wrong', code: '000000' };
    expect((await browser.open('/auth/invitation/existing', wrong)).status).toBe(401);
    await nextCode();
    const done = await browser.open('/auth/invitation/existing', {
      ...form,
      password: PASSWORD,
      code: totpCode(product.auth, account.secret),
    });
    expect(done.status).toBe(200);
    const one = await fhirOf(account, 'Ward of Practitioner/invited');
    const two = await fhirOf(account, 'Ward of Practitioner/second');
    const seen = async ({ fhir }: typeof one): Promise<readonly number[]> => [
      (await fhir.get('Patient/of-one')).status,
      (await fhir.get('Patient/of-two')).status,
    ];
    expect([await seen(one), await seen(two)]).toEqual([
      [200, 404],
      [404, 200],
    ]);
  }, 240_000);
});

describe('[R-022] A 3.1: a service account that is a Device', () => {
  test('writes what is attributed to the Device', async () => {
    const device = await product.deviceToken();
    const before = await product.auditHead();
    const written = await product.withToken(device).post('Observation', {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'Pulse' },
      subject: { reference: 'Patient/of-one' },
    });
    expect(written.status).toBe(201);
    const rows = await product.audit(before);
    expect(rows.map(({ agent, interaction }) => [interaction, agent])).toContainEqual([
      'create',
      'Device/scale',
    ]);
  }, 60_000);

  test('SMART 2.2: reads nothing outside the scope that it is registered with', async () => {
    const fhir = product.withToken(await product.deviceToken());
    expect((await fhir.get('Patient/of-one')).status).toBe(403);
    expect((await fhir.get('Observation?_count=1')).status).toBe(403);
  }, 60_000);
});

describe('[R-154] A 9: the inventory of service accounts', () => {
  const path = '/admin/service-accounts';
  const get = async (token: string, accept: string): Promise<Response> =>
    fetch(`${product.url}${path}`, { headers: { authorization: `Bearer ${token}`, accept } });

  test('is shown to admins, as JSON, as a table and signed; to nobody else', async () => {
    const admin = await product.tokenOf('admin');
    const { accounts } = (await (await get(admin, 'application/json')).json()) as {
      accounts: { clientId: string; owner: string; state: string }[];
    };
    expect(accounts).toContainEqual(
      expect.objectContaining({ clientId: 'scale', owner: 'Device team', state: 'ok' }),
    );
    expect(await (await get(admin, 'text/markdown')).text()).toContain('| scale | ok |');
    const signed = await (await get(admin, 'application/jose')).text();
    const keys = createRemoteJWKSet(new URL(`${product.url}/oauth2/jwks`));
    const { payload } = await compactVerify(signed, keys);
    expect(JSON.parse(Buffer.from(payload).toString('utf8'))).toHaveProperty('accounts');
    expect((await get(await product.tokenOf('clinician'), 'application/json')).status).toBe(403);
    expect((await get('forged', 'application/json')).status).toBe(401);
    const ledger = JSON.stringify(await product.audit());
    expect(ledger).toContain('The inventory of service accounts was read');
    expect(ledger).toContain('The inventory of service accounts was refused');
  }, 60_000);
});
