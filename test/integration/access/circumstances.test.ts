import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { membership } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const BASE = 'https://diga-server.dev/fhir/StructureDefinition';
const TWO = 'urn:diga:acr:2fa';
const NOON = Date.parse('2026-06-15T12:00:00Z');

let now = NOON;
let server: TestServer;
let full: FhirClient;

beforeAll(async () => {
  server = await startTestServer({
    clock: { now: () => now },
    settings: ['http.clientAddressHeader=x-real-ip'],
  });
  full = server.as('full');
}, 60_000);
afterAll(() => server.close(), 30_000);

/** An identity whose only policy is the given one. */
async function identity(id: string, policy: object, more: object = {}): Promise<string> {
  const stored = await full.put(`AccessPolicy/${id}`, {
    resourceType: 'AccessPolicy',
    id,
    resource: [{ resourceType: 'Organization' }],
    ...policy,
  });
  expect([200, 201]).toContain(stored.status);
  const profile = `Practitioner/${id}`;
  await full.put(profile, { resourceType: 'Practitioner', id });
  const given = await full.put(`ProjectMembership/${id}`, {
    ...membership(id, profile, id),
    ...more,
  });
  expect([200, 201]).toContain(given.status);
  return profile;
}

const acr = { url: `${BASE}/access-policy-acr`, valueString: TWO };
const during = (start?: string, end?: string) => ({
  url: `${BASE}/access-policy-period`,
  valuePeriod: { ...(start && { start }), ...(end && { end }) },
});

describe('RFC 9470: a policy that demands an authentication', () => {
  test('[R-015] holds with it; without it the answer is 401 with a challenge, on record', async () => {
    const profile = await identity('acr', {
      extension: [
        acr,
        { url: `${BASE}/access-policy-acr`, valueString: 'urn:diga:acr:2fa-phr' },
        { url: `${BASE}/access-policy-operation`, valueCode: 'get-resource-counts' },
      ],
    });
    const operator = [profile, 'user/*.cruds'] as const;
    expect((await server.asProfile(...operator, TWO).get('Organization')).status).toBe(200);
    expect(
      (await server.asProfile(...operator, 'urn:diga:acr:2fa-phr').get('Organization')).status,
    ).toBe(200);
    for (const weak of ['', 'urn:diga:acr:1fa-consented', `${TWO} `]) {
      const client = server.asProfile(...operator, weak);
      const head = await server.auditHead();
      for (const answer of [
        await client.get('Organization'),
        await client.get('Organization/x'),
        await client.get('Organization/x/_history'),
        await client.get('_history'),
        await client.get('?_type=Organization'),
        await client.post('Organization', { resourceType: 'Organization', name: 'x' }),
        await client.get('$get-resource-counts'),
      ]) {
        expect(answer.status).toBe(401);
        expect(answer.codes()).toEqual(['AUTH_STEP_UP_REQUIRED']);
        expect(answer.headers.get('www-authenticate')).toBe(
          `Bearer error="insufficient_user_authentication", acr_values="${TWO} urn:diga:acr:2fa-phr"`,
        );
      }
      const rows = await server.audit(head);
      expect(rows.map(({ outcome, detail }) => [outcome, detail])).toEqual(
        Array(7).fill([8, 'AUTH_STEP_UP_REQUIRED']),
      );
      // What the policy would not allow either is denied as ever.
      expect((await client.get('Patient')).codes()).toEqual(['ACCESS_DENIED']);
      expect((await client.get('$reindex')).status).not.toBe(401);
    }
  });

  test('what other policies allow needs no step up', async () => {
    const profile = await identity('acr-more', { extension: [acr] });
    await full.put('AccessPolicy/acr-less', {
      resourceType: 'AccessPolicy',
      id: 'acr-less',
      resource: [{ resourceType: 'Organization', interaction: ['read'] }],
    });
    await full.put('ProjectMembership/acr-less', membership('acr-less', profile, 'acr-less'));
    const weak = server.asProfile(profile, 'user/*.cruds', '');
    expect((await weak.get('Organization/none')).status).toBe(404);
    expect((await weak.get('Organization')).status).toBe(401);
  });

  test('a machine that signs with its own key has no person to step up', async () => {
    await identity('acr-machine', { extension: [acr] });
    const profile = 'ClientApplication/acr-machine';
    await full.put(profile, { resourceType: 'ClientApplication', id: 'acr-machine', name: 'm' });
    await full.put('ProjectMembership/acr-m', membership('acr-m', profile, 'acr-machine'));
    expect((await server.asProfile(profile, 'system/*.cruds', '').get('Organization')).status).toBe(
      200,
    );
  });
});

describe('network rules of a policy', () => {
  const rules = [
    { name: 'a host', value: '10.1.0.66', action: 'block' },
    { name: 'the clinic', value: '10.1.0.0/16', action: 'allow' },
    { name: 'the clinic, IPv6', value: '2001:db8:1::/48', action: 'allow' },
    { name: 'the rest', value: '*', action: 'block' },
  ];

  test.each([
    ['10.1.2.3', 200],
    ['10.1.0.66', 403],
    ['10.10.0.1', 403],
    ['10.100.0.1', 403],
    ['::ffff:10.1.2.3', 200],
    ['::ffff:a01:203', 200],
    ['::ffff:10.1.0.66', 403],
    ['2001:db8:1:ffff::1', 200],
    ['2001:db8:2::1', 403],
    ['1.2.3.4, 10.1.2.3', 200],
    ['10.1.2.3, 1.2.3.4', 403],
  ])('are asked with each request: %s is answered %i', async (address, status) => {
    const profile = await identity('ip', { ipAccessRule: rules });
    const head = await server.auditHead();
    const client = server.asProfile(profile);
    const answer = await client.get('Organization', { 'x-real-ip': address });
    expect(answer.status).toBe(status);
    if (status === 200) return;
    expect(answer.codes()).toEqual(['ACCESS_DENIED_NETWORK']);
    const [row] = (await server.audit(head)).filter(({ agent }) => agent === profile);
    expect(row).toMatchObject({
      outcome: 8,
      detail: 'ACCESS_DENIED_NETWORK',
      type: 'Organization',
    });
  });

  test('without a match everything is admitted', async () => {
    const profile = await identity('ip-open', {
      ipAccessRule: [{ name: 'x', value: '10.1.0.0/16', action: 'block' }],
    });
    expect((await server.asProfile(profile).get('Organization')).status).toBe(200);
  });

  test('rules that cannot be read make the policy invalid', async () => {
    for (const value of ['10.1', '10.1.0.0/33', '10.1.0.0/', 'localhost', '', '10.1.0.0/8/8']) {
      const answer = await full.put('AccessPolicy/ip-bad', {
        resourceType: 'AccessPolicy',
        id: 'ip-bad',
        ipAccessRule: [{ name: 'x', value, action: 'allow' }],
      });
      expect([value, answer.status]).toEqual([value, value === '' ? answer.status : 422]);
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('periods', () => {
  test('a policy holds from its start to its end, and the request after that is refused', async () => {
    const profile = await identity('period', { extension: [during('2026-06-15', '2026-06-20')] });
    const client = server.asProfile(profile);
    const at = async (instant: string): Promise<number> => {
      now = Date.parse(instant);
      return (await client.get('Organization')).status;
    };
    try {
      expect(await at('2026-06-14T23:59:59Z')).toBe(403);
      expect(await at('2026-06-15T00:00:00Z')).toBe(200);
      expect(await at('2026-06-20T23:59:59Z')).toBe(200);
      expect(await at('2026-06-21T00:00:00Z')).toBe(403);
    } finally {
      now = NOON;
    }
  });

  test('a membership, or one of its entries, holds during its period', async () => {
    const ended = await identity(
      'period-member',
      {},
      { extension: [during(undefined, '2026-05')] },
    );
    expect((await server.asProfile(ended).get('Organization')).status).toBe(403);
    const policy = { reference: 'AccessPolicy/period-entry' };
    const profile = await identity(
      'period-entry',
      {},
      { accessPolicy: undefined, access: [{ policy, extension: [during('2026-06-16')] }] },
    );
    expect((await server.asProfile(profile).get('Organization')).status).toBe(403);
    now = Date.parse('2026-06-16T00:00:00Z');
    try {
      expect((await server.asProfile(profile).get('Organization')).status).toBe(200);
    } finally {
      now = NOON;
    }
  });

  test('a period that cannot be read is refused when it is written', async () => {
    const bad = { url: `${BASE}/access-policy-period`, valueString: '2026' };
    const policy = await full.put('AccessPolicy/period-bad', {
      resourceType: 'AccessPolicy',
      id: 'period-bad',
      extension: [bad],
    });
    expect(policy.codes()).toEqual(['POLICY_INVALID']);
    const given = await full.put('ProjectMembership/period-bad', {
      ...membership('period-bad', 'Practitioner/x', 'patient'),
      extension: [bad],
    });
    expect(given.codes()).toEqual(['POLICY_INVALID']);
  });
});

test('the purpose that a policy states stands in the record of what is accessed by it', async () => {
  const profile = await identity('purpose', {
    extension: [{ url: `${BASE}/access-policy-purpose`, valueCode: 'HRESCH' }],
  });
  const head = await server.auditHead();
  await server.asProfile(profile).get('Organization');
  const { rows } = await server.sql.query<{ purpose: string }>(
    'select purpose from audit_event where seq > $1 and agent = $2',
    [head, profile],
  );
  expect(rows).toEqual([{ purpose: 'HRESCH' }]);
});
