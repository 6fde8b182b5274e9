import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { AuthServer } from '../../../plugins/auth/test/support/auth-server.ts';
import {
  authorizationRequest,
  exchange,
  logIn,
  PASSWORD,
} from '../../../plugins/auth/test/support/sign-in.ts';
import { type Product, startProduct } from '../../conformance/medplum-client/product.ts';
import { type FhirClient, fhirClient } from '../../support/fhir-client.ts';

jest.setTimeout(60_000);

describe('[R-021] A 3.1: an account that is a RelatedPerson', () => {
  let product: Product;
  let full: FhirClient;
  let parent: FhirClient;
  let token: string;

  beforeAll(async () => {
    product = await startProduct();
    full = await product.sandbox('full');
    for (const id of ['child', 'stranger']) {
      await full.put(`Patient/${id}`, { resourceType: 'Patient', id, active: true });
      await full.put(`Observation/of-${id}`, {
        resourceType: 'Observation',
        id: `of-${id}`,
        status: 'final',
        code: { text: 'weight' },
        subject: { reference: `Patient/${id}` },
      });
    }
    await full.put('RelatedPerson/parent', {
      resourceType: 'RelatedPerson',
      id: 'parent',
      active: true,
      patient: { reference: 'Patient/child' },
    });
    const person = await product.person();
    await full.put('ProjectMembership/parent', {
      resourceType: 'ProjectMembership',
      id: 'parent',
      project: { reference: 'Project/default' },
      user: { reference: `User/${person.accountId}` },
      profile: { reference: 'RelatedPerson/parent' },
      access: [{ policy: { reference: 'AccessPolicy/related-person' } }],
    });
    await product.accounts.query(
      `update account_identity set profile = 'RelatedPerson/parent', membership_id = 'parent'
        where account_id = $1`,
      [person.accountId],
    );
    const server = { origin: product.url } as AuthServer;
    const request = authorizationRequest(server, { scope: 'openid fhirUser' });
    const typed = { handle: person.handle, password: PASSWORD, code: person.code() };
    const { end } = await logIn(server, typed, undefined, request);
    token = (await exchange(server, end, request)).body.access_token;
    parent = fhirClient(`${product.url}/fhir`, token);
  });
  afterAll(() => product.close());

  const permit = (status: 'active' | 'inactive') =>
    full.put('Consent/proxy', {
      resourceType: 'Consent',
      id: 'proxy',
      status,
      scope: {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' },
        ],
      },
      category: [{ text: 'proxy' }],
      patient: { reference: 'Patient/child' },
      policyRule: { text: 'proxy' },
      provision: {
        type: 'permit',
        actor: [
          {
            role: { text: 'proxy' },
            reference: { reference: 'RelatedPerson/parent' },
          },
        ],
      },
    });

  const seen = async (): Promise<readonly (string | undefined)[]> => {
    const bundle = (await parent.get('Observation')).json<{
      entry?: { resource: { id: string } }[];
    }>();
    return (bundle.entry ?? []).map(({ resource }) => resource.id);
  };

  test('signs in as the RelatedPerson, and sees nothing without the consent of the patient', async () => {
    const info = await fetch(`${product.url}/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await info.json()).toMatchObject({ profile: 'RelatedPerson/parent' });
    expect(await seen()).toEqual([]);
    expect((await parent.get('Patient/child')).status).toBe(404);
  });

  test('with it: the linked patient, and nobody else; withdrawn, nothing from the next request on', async () => {
    expect((await permit('active')).status).toBe(201);
    expect(await seen()).toEqual(['of-child']);
    expect((await parent.get('Patient/child')).status).toBe(200);
    expect((await parent.get('Patient/stranger')).status).toBe(404);
    expect((await permit('inactive')).status).toBe(200);
    expect(await seen()).toEqual([]);
  });
});
