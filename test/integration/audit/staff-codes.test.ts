import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditEvent, Bundle, Parameters } from '@medplum/fhirtypes';
import type { FhirClient } from '../../support/fhir-client.ts';
import { untilSealed } from '../../support/ledger.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ settings: ['audit.sealSeconds=0.1'] });
  for (const patient of ['patient-a', 'patient-b']) {
    await server.as('clinician').get(`Patient/${patient}`);
    await server.as('admin').get(`Patient/${patient}`);
  }
}, 60_000);
afterAll(() => server.close(), 30_000);

const requestor = ({ agent }: AuditEvent) => agent.find((one) => one.requestor);

/** What stands for whoever acted in a role, in the log of a patient. */
async function who(client: FhirClient, role: string, query = ''): Promise<unknown> {
  const answer = await client.get(`AuditEvent?agent-role=${role}&_count=1${query}`);
  expect(answer.status).toBe(200);
  return requestor(answer.json<Bundle<AuditEvent>>().entry![0]!.resource!)?.who;
}

const coded = {
  identifier: {
    system: 'https://diga-server.dev/fhir/NamingSystem/staff-code',
    value: expect.stringMatching(/^[A-Z2-9]{4}-[A-Z2-9]{4}$/),
  },
};

describe('members of staff in the AuditEvents of a patient', () => {
  test('stand under a code and in their role: the same in one log, another in every other', async () => {
    const first = await who(server.as('patient-a'), 'clinician');
    expect(first).toEqual(coded);
    await server.as('clinician').get('Patient/patient-a');
    expect(await who(server.as('patient-a'), 'clinician')).toEqual(first);
    expect(await who(server.as('patient-a'), 'admin')).not.toEqual(first);
    const other = await who(server.as('patient-b'), 'clinician');
    expect(other).toEqual(coded);
    expect(other).not.toEqual(first);
  });

  test('it is the code of $access-log', async () => {
    const code = (await who(server.as('patient-a'), 'clinician')) as typeof coded;
    const log = await server.as('patient-a').get('Patient/patient-a/$access-log');
    expect(log.text).toContain(String(code.identifier.value));
  });

  test('nothing of what a patient is shown of the ledger names one, by any way', async () => {
    const patient = server.as('patient-a');
    const all = await patient.get('AuditEvent?_count=100');
    const event = all
      .json<Bundle<AuditEvent>>()
      .entry!.map(({ resource }) => resource!)
      .find((one) => requestor(one)?.who?.identifier?.system === coded.identifier.system)!;
    const texts = [
      all.text,
      (await patient.get(`AuditEvent/${event.id!}`)).text,
      (
        await patient.post('$graphql', {
          query:
            '{ AuditEventList { agent { requestor who { reference identifier { value } } } } }',
        })
      ).text,
    ];
    for (const text of texts) expect(text).not.toContain('Practitioner/');
  });

  test.each([
    'agent=Practitioner/clinician',
    'agent=Practitioner/absent',
    'agent=clinician',
    'agent:Practitioner=clinician',
    'agent=PractitionerRole/x',
    'agent:not=Practitioner/clinician',
    'agent=Patient/patient-a,Practitioner/clinician',
    '_filter=agent eq Practitioner/clinician',
  ])('a patient cannot find out by asking for one: %s', async (query) => {
    const answer = await server.as('patient-a').get(`AuditEvent?${encodeURI(query)}`);
    expect(answer.text).not.toContain('"total"');
    expect([400, 403]).toContain(answer.status);
    expect(answer.codes()[0]).toMatch(/^(?:ACCESS_PARAMETER_BLOCKED|SEARCH_)/);
    expect(answer.text).not.toContain('urn:uuid');
  });

  test('whether the member of staff is in the log or is nobody, the answer is the same', async () => {
    const [present, absent] = await Promise.all(
      ['clinician', 'somebody-'].map(async (id) => {
        const answer = await server
          .as('patient-a')
          .get(`AuditEvent?agent=Practitioner/${id}`, { 'x-request-id': 'same' });
        return [answer.status, answer.text];
      }),
    );
    expect(present).toEqual(absent);
    expect(present![0]).toBe(403);
  });

  test('others who acted are found by reference: oneself, clients, and all of them by an auditor', async () => {
    const patient = server.as('patient-a');
    for (const query of [
      'agent=Patient/patient-a',
      'agent=ClientApplication/full',
      'agent:missing=true',
    ]) {
      expect([query, (await patient.get(`AuditEvent?${query}`)).status]).toEqual([query, 200]);
    }
    const auditor = server.as('auditor');
    expect(await who(auditor, 'clinician')).toEqual({ reference: 'Practitioner/clinician' });
    expect(await who(auditor, 'clinician', '&agent=Practitioner/clinician')).toEqual({
      reference: 'Practitioner/clinician',
    });
  });

  test('a policy that lets its caller read all Practitioners shows them', async () => {
    const full = server.as('full');
    const policy = JSON.parse((await full.get('AccessPolicy/patient')).text) as {
      resource: object[];
    };
    const named = await full.post('AccessPolicy', {
      resourceType: 'AccessPolicy',
      name: 'patient-knows-staff',
      resource: [
        ...policy.resource,
        { resourceType: 'Practitioner', interaction: ['read', 'search'] },
      ],
    });
    expect(named.status).toBe(201);
    await full.post('ProjectMembership', {
      resourceType: 'ProjectMembership',
      user: { display: 'x' },
      profile: { reference: 'Patient/patient-b' },
      project: { display: 'x' },
      accessPolicy: { reference: `AccessPolicy/${named.json<{ id: string }>().id}` },
    });
    expect(await who(server.as('patient-b'), 'clinician')).toEqual({
      reference: 'Practitioner/clinician',
    });
  });

  test('what proves a record to a patient names no member of staff, and to an auditor it does', async () => {
    const auditor = server.as('auditor');
    const found = await auditor.get('AuditEvent?agent-role=clinician&_count=1');
    const { id } = found.json<Bundle<AuditEvent>>().entry![0]!.resource!;
    await untilSealed(server.sql);
    const proof = await auditor.get(`AuditEvent/${id!}/$inclusion-proof`);
    const { parameter = [] } = proof.json<Parameters>();
    const textOf = (name: string): string =>
      parameter.find((one) => one.name === name)?.valueString ?? '';
    expect(textOf('record')).toContain('"roles":"clinician"');
    expect(textOf('record')).not.toContain('Practitioner/');
    expect(textOf('restricted')).toContain('"agent":"Practitioner/clinician"');
  });
});
