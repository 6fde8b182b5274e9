import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Answer, FhirClient } from '../../support/fhir-client.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
  const organizations = ['clinic', 'ward'].map((id) => ({
    resourceType: 'Organization',
    id,
    name: id,
    ...(id === 'ward' ? { partOf: { reference: 'Organization/clinic' } } : {}),
  }));
  const patients = ['anna', 'bert', 'cora'].map((id, n) => ({
    resourceType: 'Patient',
    id,
    name: [{ family: id }],
    gender: n === 1 ? 'male' : 'female',
    identifier: [{ system: 'urn:kvnr', value: `K${String(n)}` }],
    managingOrganization: { reference: `Organization/${n === 2 ? 'clinic' : 'ward'}` },
  }));
  const encounter = {
    resourceType: 'Encounter',
    id: 'visit',
    status: 'finished',
    class: { code: 'AMB' },
    subject: { reference: 'Patient/anna' },
    serviceProvider: { reference: 'Organization/ward' },
  };
  const observations = [
    observation('anna', { id: 'o1', encounter: { reference: 'Encounter/visit' } }),
    observation('bert', { id: 'o2', status: 'amended' }),
    observation('cora', { id: 'o3', hasMember: [{ reference: 'Observation/o1' }] }),
  ];
  const list = {
    resourceType: 'List',
    id: 'round',
    status: 'current',
    mode: 'working',
    entry: [{ item: { reference: 'Patient/anna' } }, { item: { reference: 'Observation/o2' } }],
  };
  for (const resource of [...organizations, ...patients, encounter, ...observations, list]) {
    const { resourceType, id } = resource as { resourceType: string; id: string };
    expect((await full.put(`${resourceType}/${id}`, resource)).status).toBe(201);
  }
}, 60_000);
afterAll(() => server.close(), 30_000);

interface Entry {
  readonly fullUrl: string;
  readonly resource: { readonly resourceType: string; readonly id: string };
  readonly search: { readonly mode: string };
}

function entries(answer: Answer, mode = 'match'): readonly string[] {
  expect([answer.status, answer.status === 200 ? '' : answer.text]).toEqual([200, '']);
  const { entry = [] } = answer.json<{ entry?: readonly Entry[] }>();
  return entry
    .filter(({ search }) => search.mode === mode)
    .map(({ resource }) => `${resource.resourceType}/${resource.id}`)
    .toSorted();
}

const found = async (url: string, by: FhirClient = full): Promise<readonly string[]> =>
  entries(await by.get(url));

describe('FHIR R4 search#chaining', () => {
  test.each([
    ['Observation?subject:Patient.name=ann', ['Observation/o1']],
    ['Observation?patient.identifier=urn:kvnr|K1', ['Observation/o2']],
    ['Observation?patient.organization.name=ward', ['Observation/o1', 'Observation/o2']],
    ['Observation?encounter.service-provider.partof.name=clinic', ['Observation/o1']],
    ['Observation?patient.gender:not=male', ['Observation/o1', 'Observation/o3']],
    ['Observation?has-member.encounter.patient.name=anna', ['Observation/o3']],
    ['Patient?_has:Observation:patient:status=amended', ['Patient/bert']],
    ['Patient?_has:Observation:subject:has-member.patient.gender=female', ['Patient/cora']],
    [
      'Organization?_has:Patient:organization:_has:Observation:patient:_id=o3',
      ['Organization/clinic'],
    ],
    ['Observation?patient._has:Encounter:patient:status=finished', ['Observation/o1']],
    ['Patient?_list=round', ['Patient/anna']],
    ['Observation?_list=round', ['Observation/o2']],
    [
      `Observation?_filter=${encodeURIComponent('status eq amended or patient.organization.name sw "cli"')}`,
      ['Observation/o2', 'Observation/o3'],
    ],
  ])('%s', async (url, expected) => {
    expect(await found(url)).toEqual(expected);
    const form = url.slice(url.indexOf('?') + 1);
    const posted = await full.post(`${url.slice(0, url.indexOf('?'))}/_search`, form, {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(entries(posted)).toEqual(expected);
  });

  test('what may not be searched is not there behind a chain: neither found nor missed', async () => {
    const patient = server.asProfile('Patient/patient-a');
    const own = await patient.post('Observation', observation('patient-a'));
    const { id } = own.json<{ id: string }>();
    const organization = { reference: 'Organization/clinic' };
    const row = { resourceType: 'Patient', id: 'patient-a', managingOrganization: organization };
    expect([200, 201]).toContain((await full.put('Patient/patient-a', row)).status);
    expect(await found('Observation?patient.organization.name=clinic')).toContain(
      `Observation/${id}`,
    );
    // The patient has no rule for organizations: every name of theirs is as wrong as any other.
    for (const name of ['clinic', 'nowhere']) {
      const hidden = await patient.get(
        `Observation?patient.organization.name=${name}&_total=accurate`,
      );
      expect([hidden.status, hidden.json()['total']]).toEqual([200, 0]);
    }
    expect(await found('Observation?patient._id=patient-a', patient)).toEqual([
      `Observation/${id}`,
    ]);
    expect(await found('Observation?patient._has:Observation:patient:_id=o1', patient)).toEqual([]);
  });

  test.each([
    ['Observation?patient.nonsense=x', 'SEARCH_UNKNOWN_PARAMETER'],
    ['Observation?code.name=x', 'SEARCH_INVALID_VALUE'],
    [`Patient?${'_has:Observation:patient:patient.'.repeat(6)}name=x`, 'SEARCH_CHAIN_TOO_LONG'],
    ['Provenance?target.target.name=x', 'SEARCH_TOO_MANY_CHAINS'],
    ['Patient?_filter=name+eq', 'SEARCH_INVALID_FILTER'],
  ])('%s is 400 %s', async (url, code) => {
    const answer = await full.get(url);
    expect([answer.status, ...answer.codes()]).toEqual([400, code]);
  });
});

describe('FHIR R4 search#revinclude', () => {
  test('references are followed forwards and backwards, once each, and do not count', async () => {
    const answer = await full.get(
      'Observation?_id=o1,o3&_include=Observation:subject&_include=Observation:encounter&_total=accurate',
    );
    expect(entries(answer)).toEqual(['Observation/o1', 'Observation/o3']);
    expect(entries(answer, 'include')).toEqual(['Encounter/visit', 'Patient/anna', 'Patient/cora']);
    expect(answer.json()['total']).toBe(2);
    const reverse = await full.get(
      'Patient?_id=anna&_revinclude=Observation:patient&_revinclude=List:item',
    );
    expect(entries(reverse, 'include')).toEqual(['List/round', 'Observation/o1']);
  });

  test(':iterate goes on, a type narrows, * follows everything', async () => {
    const iterated = await full.get(
      'Observation?_id=o1&_include=Observation:subject&_include:iterate=Patient:organization&_include:iterate=Organization:partof',
    );
    expect(entries(iterated, 'include')).toEqual([
      'Organization/clinic',
      'Organization/ward',
      'Patient/anna',
    ]);
    const typed = await full.get('Observation?_id=o1&_include=Observation:*:Encounter');
    expect(entries(typed, 'include')).toEqual(['Encounter/visit']);
    const all = await full.get('Observation?_id=o1&_include=*');
    expect(entries(all, 'include')).toEqual(['Encounter/visit', 'Patient/anna']);
  });

  test('pages include what their own matches refer to', async () => {
    const first = await full.get(
      'Observation?_id=o1,o2&_sort=_id&_count=1&_include=Observation:subject',
    );
    expect([entries(first), entries(first, 'include')]).toEqual([
      ['Observation/o1'],
      ['Patient/anna'],
    ]);
    const { link } = first.json<{ link: { relation: string; url: string }[] }>();
    const next = await full.get(link.find(({ relation }) => relation === 'next')?.url ?? '');
    expect([entries(next), entries(next, 'include')]).toEqual([
      ['Observation/o2'],
      ['Patient/bert'],
    ]);
  });

  test('hidden resources are not included, and the ledger names the patients of those that are', async () => {
    const patient = server.asProfile('Patient/patient-b');
    expect([200, 201]).toContain(
      (await full.put('Patient/patient-b', { resourceType: 'Patient', id: 'patient-b' })).status,
    );
    await patient.post('Observation', observation('patient-b'));
    const about = observation('anna', { performer: [{ reference: 'Patient/patient-b' }] });
    expect((await full.post('Observation', about)).status).toBe(201);
    const head = await server.auditHead();
    const answer = await patient.get(
      'Patient?_revinclude=Observation:performer&_include=Patient:organization',
    );
    expect(entries(answer)).toEqual(['Patient/patient-b']);
    expect(entries(answer, 'include')).toHaveLength(1);
    const byFull = await full.get('Patient?_id=bert&_revinclude=Observation:subject');
    expect(entries(byFull, 'include')).toEqual(['Observation/o2']);
    const rows = (await server.audit(head)).filter(
      ({ interaction }) => interaction === 'search-type',
    );
    expect(rows.map(({ patient: concerned }) => concerned)).toEqual(['patient-b', 'bert']);
    expect(rows[0]?.query).toContain('_revinclude=Observation%3Aperformer');
  });

  test('what is too much is said', async () => {
    const members = Array.from({ length: 1001 }, (_, n) => ({
      resource: { ...observation('crowd'), id: `crowd-${String(n)}` },
      request: { method: 'PUT', url: `Observation/crowd-${String(n)}` },
    }));
    await full.put('Patient/crowd', { resourceType: 'Patient', id: 'crowd' });
    const bundle = { resourceType: 'Bundle', type: 'transaction', entry: members };
    expect((await full.post('', bundle)).status).toBe(200);
    const answer = await full.get('Patient?_id=crowd&_revinclude=Observation:patient');
    expect(entries(answer, 'include')).toHaveLength(1000);
    expect(entries(answer, 'outcome')).toHaveLength(1);
    expect(answer.text).toContain('"severity":"warning","code":"too-costly"');
  }, 60_000);
});

describe('FHIR R4 http#vsearch', () => {
  test.each([
    ['Patient/anna/Observation?status=final', ['Observation/o1']],
    ['Patient/anna/Encounter', ['Encounter/visit']],
    ['Patient/anna/*?_type=Encounter,Patient', ['Encounter/visit', 'Patient/anna']],
    ['Encounter/visit/Observation', ['Observation/o1']],
    ['Encounter/visit/*', ['Encounter/visit', 'Observation/o1']],
    ['Patient/nobody/Observation', []],
  ])('%s', async (url, expected) => {
    const wanted = url.startsWith('Patient/anna/Obs') ? `${url}&_id=o1` : url;
    expect(await found(wanted)).toEqual(expected);
  });

  test('a page of one compartment is none of another, and the ledger names the compartment', async () => {
    const head = await server.auditHead();
    const first = await full.get('Patient/crowd/Observation?_count=2');
    expect(entries(first)).toHaveLength(2);
    const { link } = first.json<{ link: { relation: string; url: string }[] }>();
    const next = link.find(({ relation }) => relation === 'next')?.url ?? '';
    expect(next).toContain('/Patient/crowd/Observation?_cursor=');
    expect(entries(await full.get(next))).toHaveLength(2);
    const moved = await full.get(next.replace('/crowd/', '/anna/'));
    expect([moved.status, ...moved.codes()]).toEqual([400, 'SEARCH_INVALID_PAGE']);
    const [row] = await server.audit(head);
    expect(row?.query).toContain('_compartment=Patient%2Fcrowd');
  });

  test('what is in no such compartment is not there', async () => {
    for (const url of [
      'Patient/anna/Organization',
      'Organization/clinic/Patient',
      'Encounter/visit/Slot',
    ])
      expect((await full.get(url)).status).toBe(404);
    expect((await server.as('nobody').get('Patient/anna/Observation')).status).toBe(403);
    expect(await found('Patient/anna/Observation', server.asProfile('Patient/patient-b'))).toEqual(
      [],
    );
  });
});

describe('FHIR R4 search#searchcontexts', () => {
  test('several types at once, by what all of them have, in the order of creation', async () => {
    const url = '?_type=Patient,Observation&_id=anna,o1,bert&_total=accurate&_count=2';
    const first = await full.get(url);
    const bundle = first.json<{ total: number; entry: Entry[]; link: { url: string }[] }>();
    expect(bundle.total).toBe(3);
    expect(bundle.entry.map(({ fullUrl }) => fullUrl)).toEqual([
      `${server.url}/fhir/Patient/anna`,
      `${server.url}/fhir/Patient/bert`,
    ]);
    expect(await found(bundle.link.at(-1)?.url ?? '')).toEqual(['Observation/o1']);
    const posted = await full.post('_search', '_type=Encounter&_id=visit', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(entries(posted)).toEqual(['Encounter/visit']);
    expect(await found('?_id=visit,anna')).toEqual(['Encounter/visit', 'Patient/anna']);
    expect(await found('?_list=round')).toEqual(['Observation/o2', 'Patient/anna']);
  });

  test.each([
    ['?_type=Patient,Observation&gender=male', 'SEARCH_UNKNOWN_PARAMETER'],
    ['?_type=Nonsense', 'SEARCH_INVALID_CONTROL'],
    ['?_type=AuditEvent', 'SEARCH_INVALID_CONTROL'],
    ['?gender=male', 'SEARCH_UNKNOWN_PARAMETER'],
  ])('%s is 400 %s', async (url, code) => {
    const answer = await full.get(url);
    expect([answer.status, ...answer.codes()]).toEqual([400, code]);
  });

  test('a lenient search leaves out for all what one of them lacks', async () => {
    const answer = await full.get('?_type=Patient,Observation&gender=male&_id=o1,anna', {
      prefer: 'handling=lenient',
    });
    expect(entries(answer)).toEqual(['Observation/o1', 'Patient/anna']);
  });

  test('types without a rule are not there; without any, it is refused and recorded', async () => {
    const patient = server.asProfile('Patient/patient-b');
    expect(await found('?_type=Location,Patient', patient)).toEqual(['Patient/patient-b']);
    const head = await server.auditHead();
    expect((await patient.get('?_type=Location')).status).toBe(403);
    const [row] = await server.audit(head);
    expect([row?.interaction, row?.outcome]).toEqual(['search-system', 8]);
  });
});

describe('FHIR R4 search#total, search#count', () => {
  test('_offset leaves out, and goes on by links; it is bounded', async () => {
    const answer = await full.get('Observation?_id=o1,o2,o3&_sort=_id&_offset=1&_count=1');
    expect(entries(answer)).toEqual(['Observation/o2']);
    const { link } = answer.json<{ link: { relation: string; url: string }[] }>();
    const next = link.find(({ relation }) => relation === 'next')?.url ?? '';
    expect(await found(next)).toEqual(['Observation/o3']);
    expect((await full.get('Observation?_offset=10001')).codes()).toEqual([
      'SEARCH_INVALID_CONTROL',
    ]);
  });

  test('_total=estimate and _count=0 count what the policy shows', async () => {
    const patient = server.asProfile('Patient/patient-a');
    const total = async (url: string) => (await patient.get(url)).json()['total'];
    expect(await total('Observation?_total=estimate')).toBe(await total('Observation?_count=0'));
  });
});

test('FHIR R4 capabilitystatement: includes are listed', async () => {
  const statement = (await full.get('metadata')).json<{
    rest: { resource: { type: string; searchInclude: string[]; searchRevInclude: string[] }[] }[];
  }>();
  const patient = statement.rest[0]?.resource.find(({ type }) => type === 'Patient');
  expect(patient?.searchInclude).toContain('Patient:general-practitioner');
  expect(patient?.searchRevInclude).toContain('Observation:patient');
});
