import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bundle, Observation, Parameters } from '@medplum/fhirtypes';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { observation } from '../../support/resources.ts';

let server: TestServer;

const code = (...codes: string[]) => ({
  coding: codes.map((one) => ({ system: 'http://loinc.org', code: one })),
});

beforeAll(async () => {
  server = await startTestServer({ settings: ['fhir.referentialIntegrity=false'] });
  const full = server.as('full');
  const put = async (resource: { resourceType: string; id: string }): Promise<void> => {
    const answer = await full.put(`${resource.resourceType}/${resource.id}`, resource);
    if (answer.status > 201) throw new Error(answer.text);
  };
  await put({ resourceType: 'Practitioner', id: 'doctor' });
  await put({
    resourceType: 'Encounter',
    id: 'visit',
    status: 'finished',
    class: { code: 'AMB' },
    subject: { reference: 'Patient/patient-a' },
    participant: [{ individual: { reference: 'Practitioner/doctor' } }],
  } as never);
  for (const [index, value] of [60, 62.5, 70.25].entries()) {
    await put({
      ...observation('patient-a', {
        code: code('8867-4'),
        encounter: { reference: 'Encounter/visit' },
        effectiveDateTime: `2026-0${String(index + 1)}-01`,
        valueQuantity: {
          value,
          unit: '/min',
          system: 'http://unitsofmeasure.org',
          code: '/min',
        },
      }),
      id: `pulse-${String(index)}`,
    } as never);
    await put({
      ...observation('patient-a', {
        code: code('29463-7', '3141-9'),
        effectiveDateTime: `2026-0${String(index + 1)}-02`,
        valueQuantity: { value: 80 + index, unit: index === 2 ? 'lb' : 'kg' },
      }),
      id: `weight-${String(index)}`,
    } as never);
  }
  await put({ ...observation('patient-b'), id: 'of-b' } as never);
}, 120_000);
afterAll(async () => {
  await server.close();
}, 60_000);

const references = (bundle: Bundle, mode?: string): readonly string[] =>
  (bundle.entry ?? [])
    .filter(({ search }) => mode === undefined || search?.mode === mode)
    .map(({ resource }) => `${resource?.resourceType ?? ''}/${resource?.id ?? ''}`)
    .sort();

describe('FHIR R4 Patient/$everything', () => {
  test('[R-103] the compartment, the patient first, and what it refers to', async () => {
    const answer = await server.as('full').get('Patient/patient-a/$everything?_count=100');
    const bundle = answer.json<Bundle>();
    expect(bundle.entry?.[0]?.resource).toMatchObject({ resourceType: 'Patient', id: 'patient-a' });
    const matches = references(bundle, 'match');
    expect(matches).toEqual(
      [
        'Patient/patient-a',
        'Encounter/visit',
        ...[0, 1, 2].flatMap((n) => [
          `Observation/pulse-${String(n)}`,
          `Observation/weight-${String(n)}`,
        ]),
      ].sort(),
    );
    expect(references(bundle, 'include')).toEqual(['Practitioner/doctor']);
  });

  test('pages are flat and together the whole, each resource once', async () => {
    const full = server.as('full');
    const seen: string[] = [];
    let next: string | undefined = 'Patient/patient-a/$everything?_count=3';
    for (let pages = 0; next !== undefined && pages < 20; pages += 1) {
      const bundle: Bundle = (await full.get(next)).json<Bundle>();
      seen.push(...references(bundle, 'match'));
      next = bundle.link?.find(({ relation }) => relation === 'next')?.url;
    }
    expect(seen).toHaveLength(8);
    expect(new Set(seen).size).toBe(8);
  });

  test('a page link is of no use to others, nor for another patient', async () => {
    const bundle = (
      await server.as('full').get('Patient/patient-a/$everything?_count=3')
    ).json<Bundle>();
    const next = bundle.link?.find(({ relation }) => relation === 'next')?.url ?? '';
    const other = await server.as('full').get(next.replace('patient-a', 'patient-b'));
    expect([other.status, other.codes()]).toEqual([400, ['SEARCH_INVALID_PAGE']]);
  });

  test.each([
    ['_type=Observation', 6],
    ['_type=Observation&start=2026-02-01&end=2026-02-28', 2],
    ['_type=Observation&start=2026-03', 2],
    ['_since=2999-01-01T00:00:00Z&_type=Observation', 0],
  ])('%s narrows', async (query, count) => {
    const bundle = (
      await server.as('full').get(`Patient/patient-a/$everything?${query}`)
    ).json<Bundle>();
    expect(references(bundle, 'match')).toHaveLength(count);
  });

  test('[R-121] a patient gets the own compartment; that of another is as if it were not there', async () => {
    const patient = server.as('patient-a');
    const own = (await patient.get('Patient/patient-a/$everything?_count=100')).json<Bundle>();
    expect(references(own, 'match')).toContain('Observation/pulse-0');
    const other = await patient.get('Patient/patient-b/$everything');
    const never = await patient.get('Patient/never-there/$everything');
    expect([other.status, never.status]).toEqual([404, 404]);
    expect(other.text.replaceAll('patient-b', 'x')).toBe(never.text.replaceAll('never-there', 'x'));
    const all = (await patient.get('Patient/$everything?_count=100')).json<Bundle>();
    expect(references(all, 'match').filter((one) => one.includes('of-b'))).toEqual([]);
    expect(references(all, 'match')).toContain('Patient/patient-a');
  });

  test('[R-048] it stands on the ledger with the patients concerned', async () => {
    const head = await server.auditHead();
    await server.as('full').get('Patient/patient-a/$everything');
    const rows = await server.audit(head);
    expect(rows.filter(({ interaction }) => interaction === 'operation:everything')).toMatchObject([
      { patient: 'patient-a', resource_id: 'patient-a', type: 'Patient' },
    ]);
  });
});

test('FHIR R4 Encounter/$everything: what belongs to the encounter, and what it refers to', async () => {
  const bundle = (await server.as('full').get('Encounter/visit/$everything')).json<Bundle>();
  expect(references(bundle, 'match')).toEqual([
    'Encounter/visit',
    'Observation/pulse-0',
    'Observation/pulse-1',
    'Observation/pulse-2',
  ]);
  expect(references(bundle, 'include')).toEqual(['Patient/patient-a', 'Practitioner/doctor']);
});

describe('FHIR R4 Observation/$lastn', () => {
  test.each([
    ['', ['Observation/pulse-2', 'Observation/weight-2']],
    [
      '&max=2',
      [
        'Observation/pulse-1',
        'Observation/pulse-2',
        'Observation/weight-1',
        'Observation/weight-2',
      ],
    ],
    ['&code=8867-4&date=lt2026-03-01', ['Observation/pulse-1']],
  ])('the newest of each code: %s', async (query, expected) => {
    const answer = await server
      .as('full')
      .get(`Observation/$lastn?patient=Patient/patient-a${query}`);
    expect(references(answer.json<Bundle>())).toEqual(expected);
  });

  test('what the policy hides is no newest one', async () => {
    const answer = await server.as('patient-b').get('Observation/$lastn?patient=Patient/patient-a');
    expect(references(answer.json<Bundle>())).toEqual([]);
  });

  test.each(['Observation/$lastn', 'Observation/$lastn?patient=Patient/patient-a&max=0'])(
    '%s is refused',
    async (path) => {
      const answer = await server.as('full').get(path);
      expect([answer.status, answer.codes()]).toEqual([400, ['OPERATION_INVALID_PARAMETERS']]);
    },
  );
});

describe('FHIR R4 Observation/$stats', () => {
  const figures = (observed: Observation): Readonly<Record<string, number | undefined>> =>
    Object.fromEntries<number | undefined>(
      (observed.component ?? []).map((component) => [
        component.code.coding?.[0]?.code ?? '',
        component.valueQuantity?.value,
      ]),
    );

  test('exact figures over the quantities of a code', async () => {
    const answer = await server
      .as('full')
      .get(
        'Observation/$stats?subject=Patient/patient-a&system=http://loinc.org&code=8867-4&statistic=average,minimum,maximum,count,total-count,median,sum,variance,4-lower',
      );
    const { parameter } = answer.json<Parameters>();
    const resource = parameter?.[0]?.resource as Observation;
    expect(figures(resource)).toEqual({
      average: 64.25,
      minimum: 60,
      maximum: 70.25,
      count: 3,
      'total-count': 3,
      median: 62.5,
      sum: 192.75,
      variance: 28.5625,
      '4-lower': 61.25,
    });
    expect(resource.component?.[0]?.valueQuantity).toMatchObject({ unit: '/min', code: '/min' });
  });

  test('different units are refused', async () => {
    const answer = await server
      .as('full')
      .get('Observation/$stats?subject=Patient/patient-a&code=29463-7&statistic=average');
    expect([answer.status, answer.codes()]).toEqual([422, ['STATS_UNITS_DIFFER']]);
  });

  test('of what the policy hides there are no figures, and its units are not told', async () => {
    const answer = await server
      .as('patient-b')
      .get('Observation/$stats?subject=Patient/patient-a&code=29463-7&statistic=average,count');
    const { parameter } = answer.json<Parameters>();
    expect(figures(parameter?.[0]?.resource as Observation)).toEqual({
      average: undefined,
      count: 0,
    });
  });

  test('the period counts', async () => {
    const answer = await server.as('full').post('Observation/$stats', {
      resourceType: 'Parameters',
      parameter: [
        { name: 'subject', valueUri: 'Patient/patient-a' },
        { name: 'coding', valueCoding: { system: 'http://loinc.org', code: '8867-4' } },
        { name: 'statistic', valueCode: 'count' },
        { name: 'period', valuePeriod: { start: '2026-02-01', end: '2026-02-28' } },
      ],
    });
    const { parameter } = answer.json<Parameters>();
    expect(figures(parameter?.[0]?.resource as Observation)).toEqual({ count: 1 });
  });
});

describe('FHIR R4 Resource/$meta', () => {
  const valueMeta = (answer: Parameters) => answer.parameter?.[0]?.valueMeta;
  const tag = { system: 'urn:tags', code: 'seen' };
  const sent = {
    resourceType: 'Parameters',
    parameter: [{ name: 'meta', valueMeta: { tag: [tag], profile: ['urn:profile'] } }],
  };

  test('$meta-add adds as a new version, $meta-delete takes away, $meta shows', async () => {
    const full = server.as('full');
    const added = await full.post('Observation/of-b/$meta-add', sent);
    expect(valueMeta(added.json<Parameters>())).toMatchObject({
      versionId: '2',
      tag: [tag],
      profile: ['urn:profile'],
    });
    const again = await full.post('Observation/of-b/$meta-add', sent);
    expect(valueMeta(again.json<Parameters>())?.versionId).toBe('2');
    for (const path of ['Observation/of-b/$meta', 'Observation/$meta', '$meta']) {
      const shown = valueMeta((await full.get(path)).json<Parameters>());
      expect(shown?.tag).toContainEqual(tag);
    }
    const hidden = valueMeta(
      (await server.as('patient-a').get('Observation/$meta')).json<Parameters>(),
    );
    expect(hidden?.tag ?? []).not.toContainEqual(tag);
    const removed = await full.post('Observation/of-b/$meta-delete', sent);
    expect(valueMeta(removed.json<Parameters>())?.tag).toBeUndefined();
    expect(
      valueMeta((await full.get('Observation/$meta')).json<Parameters>())?.tag,
    ).toBeUndefined();
  });

  test('who may not write the resource may not label it', async () => {
    const answer = await server.as('clinician').post('Observation/of-b/$meta-add', sent);
    expect([403, 404]).toContain(answer.status);
  });
});

describe('HAPI $expunge', () => {
  const call = (...names: string[]) => ({
    resourceType: 'Parameters',
    parameter: names.map((name) => ({ name, valueBoolean: true })),
  });

  test('previous versions, then a deleted resource, are gone for good; the ledger stays', async () => {
    const full = server.as('full');
    await full.put('Basic/x', { resourceType: 'Basic', id: 'x', code: { text: 'one' } });
    await full.put('Basic/x', { resourceType: 'Basic', id: 'x', code: { text: 'two' } });
    const head = await server.auditHead();
    const first = await full.post('Basic/x/$expunge', call('expungePreviousVersions'));
    expect(first.json<Parameters>().parameter).toEqual([{ name: 'count', valueInteger: 1 }]);
    expect((await full.get('Basic/x/_history/1')).status).toBe(404);
    expect((await full.get('Basic/x')).json()).toMatchObject({ code: { text: 'two' } });
    await full.delete('Basic/x');
    await full.post('Basic/$expunge', call('expungeDeletedResources'));
    expect((await full.get('Basic/x')).status).toBe(404);
    const { rows } = await server.sql.query("select 1 from resource where id = 'x'");
    expect(rows).toEqual([]);
    const ledger = await server.audit(head);
    expect(ledger.filter(({ interaction }) => interaction === 'operation:expunge')).toHaveLength(2);
  });

  test('it is for the operator only, and needs to be told what', async () => {
    const denied = await server
      .as('patient-a')
      .post('Patient/patient-a/$expunge', call('expungeEverything'));
    expect([denied.status, denied.codes()]).toEqual([403, ['ACCESS_OPERATION_DENIED']]);
    const empty = await server.as('full').post('$expunge', { resourceType: 'Parameters' });
    expect(empty.status).toBe(400);
  });
});

test('HAPI $get-resource-counts: for the operator only', async () => {
  const answer = await server.as('full').get('$get-resource-counts');
  expect(answer.json<Parameters>().parameter).toContainEqual({
    name: 'Encounter',
    valueInteger: 1,
  });
  expect((await server.as('clinician').get('$get-resource-counts')).status).toBe(403);
});

test('$jobs: for the operator only; failures with their code, and without what the jobs are about', async () => {
  await server.sql.query(
    `insert into diga_job (name, payload, attempt, max_attempts, failed_at, last_error)
      values ('example', '{"patient":"Patient/named"}', 3, 3, now(), 'ECONNREFUSED')`,
  );
  const answer = await server.as('admin').get('$jobs');
  const { parameter = [] } = answer.json<Parameters>();
  expect(parameter.filter(({ name }) => name === 'queue')).toHaveLength(3);
  const failure = parameter.find(({ name }) => name === 'failure')?.part;
  expect(failure).toEqual(
    expect.arrayContaining([
      { name: 'queue', valueString: 'clinical' },
      { name: 'name', valueString: 'example' },
      { name: 'attempts', valueInteger: 3 },
      { name: 'error', valueString: 'ECONNREFUSED' },
    ]),
  );
  expect(answer.text).not.toContain('Patient/named');
  expect((await server.as('clinician').get('$jobs')).status).toBe(403);
});

describe('FHIR R4 security: types that have ways of their own', () => {
  test.each([
    'Binary/x/$meta',
    'AuditEvent/x/$meta',
    'Binary/$meta',
    'Binary/x/$graphql?query={id}',
  ])('%s is not there', async (path) => {
    const answer = await server.as('full').get(path);
    expect([answer.status, answer.codes()]).toEqual([404, ['OPERATION_UNKNOWN']]);
  });

  test('a Binary is not given out behind a reference, whoever may read it', async () => {
    const full = server.as('full');
    await full.put('Binary/b', {
      resourceType: 'Binary',
      id: 'b',
      contentType: 'text/plain',
      data: 'eA==',
    });
    const answer = await full.post('$graphql', { query: '{ BinaryList { id } }' });
    expect(answer.codes()).toEqual(['GRAPHQL_INVALID']);
  });
});
