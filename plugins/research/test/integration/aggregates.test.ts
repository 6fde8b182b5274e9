import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../../../test/support/fhir-client.ts';
import {
  counts,
  evaluation,
  measure,
  opened,
  type Report,
  type ResearchServer,
  startResearch,
  store,
  studySponsor,
} from './research-server.ts';

const IN_PERIOD = 'Observation?code=weight&date=ge{{%periodStart}}&date=le{{%periodEnd}}';
const GENDER = 'Patient?gender=female,male,unknown';

let server: ResearchServer;
let full: FhirClient;
let sponsor: FhirClient;

beforeAll(async () => {
  server = await startResearch('rounding=1');
  full = server.as('full');
  const people = { code: 'weight', date: '2026-08-10' };
  await store(full, 'f', { ...people, count: 40, gender: 'female', value: 61 });
  await store(full, 'm', { ...people, count: 25, gender: 'male', value: 82 });
  await store(full, 'u', { ...people, count: 3, gender: 'unknown', value: 9000 });
  // Three quarters earlier, other people.
  await store(full, 'e', { ...people, count: 30, gender: 'female', date: '2025-11-11' });
  await store(full, 'x', { ...people, count: 20, gender: 'male', date: '2025-11-11' });
  await measure(full, 'weighed', { 'initial-population': IN_PERIOD }, [GENDER]);
  sponsor = await server.sponsor('sponsor-one');
}, 60_000);
afterAll(() => server.close(), 30_000);

async function report(client: FhirClient, path: string): Promise<Report> {
  const answer = await client.get(path);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.json<Report>();
}

describe('a sponsor', () => {
  test('[R-034] sees no resource of those that are counted', async () => {
    for (const path of [
      'Patient/f-0',
      'Patient',
      'Observation?code=weight',
      'Observation?_summary=count',
      'Patient/f-0/Observation',
      'Patient/f-0/_history',
      'Observation/$stats?subject=Patient/f-0&code=weight&statistic=count',
      'Observation/$lastn?patient=Patient/f-0',
      'Patient/$export',
      'Patient/absent',
    ]) {
      const answer = await sponsor.get(path, { prefer: 'respond-async' });
      expect([path, answer.status]).toEqual([path, 403]);
    }
  });

  test('[R-034] is given counts of ten people or more, and two withheld strata where one is smaller', async () => {
    const found = await report(sponsor, evaluation('weighed'));
    expect(counts(found)).toEqual({
      total: [68],
      female: [40],
      male: [null],
      unknown: [null],
      other: [null],
    });
    expect(found.meta.security.map(({ code }) => code)).toEqual(['AGGRED']);
    expect(JSON.stringify(found)).not.toMatch(/Patient\/|Observation\//);
  });

  test('[R-034] is given the same again, whatever has changed since', async () => {
    const before = await report(sponsor, evaluation('weighed'));
    await store(full, 'late', { code: 'weight', date: '2026-08-11', count: 1, gender: 'female' });
    expect(await report(sponsor, evaluation('weighed'))).toEqual(before);
  });

  test('asks by what the catalogue has and nothing else', async () => {
    for (const [path, status] of [
      [`${evaluation('weighed')}&subject=Patient/f-0`, 400],
      [`${evaluation('weighed')}&gender=female`, 400],
      [`${evaluation('weighed')}&reportType=subject-list`, 400],
      [evaluation('weighed', '2026-08-01', '2026-10-31'), 400],
      [evaluation('weighed', '2026-07-01', '2026-07-31'), 400],
      [evaluation('weighed', '2026-07-02', '2026-09-30'), 400],
      [evaluation('weighed', '2026-10-01', '2026-12-31'), 422],
      [evaluation('absent'), 404],
    ] as const) {
      const answer = await sponsor.get(path);
      expect([path, answer.status]).toEqual([path, status]);
    }
  });

  test('[R-034] cannot count what its policy does not open, directly or behind a link', async () => {
    await measure(full, 'conditions', { 'initial-population': 'Condition?code=x' });
    expect((await sponsor.get(evaluation('conditions'))).codes()).toEqual(['RESEARCH_NOT_OPENED']);
    const patientsOnly = await server.sponsor('sponsor-patients', [opened('Patient')]);
    await measure(full, 'linked', {
      'initial-population': 'Patient?_has:Observation:subject:code=weight',
    });
    expect(counts(await report(patientsOnly, evaluation('linked')))).toEqual({ total: [null] });
    for (const role of ['clinician', 'patient-a', 'auditor'] as const)
      expect((await server.as(role).get(evaluation('weighed'))).status).toBe(403);
    expect((await full.get(evaluation('weighed'))).codes()).toEqual(['RESEARCH_NOT_OPENED']);
  });

  test('counts people that its rules open, and no others', async () => {
    const women = await server.sponsor('sponsor-women', [
      opened('Patient', { criteria: 'Patient?gender=female' }),
      opened('Observation'),
    ]);
    await measure(full, 'women', { 'initial-population': 'Patient', denominator: IN_PERIOD });
    expect(counts(await report(women, evaluation('women', '2025-10-01', '2025-12-31')))).toEqual({
      total: [30],
    });
  });

  test('[R-034] of a study, by the role as shipped, counts who is enrolled and consents', async () => {
    const enrolled = Array.from({ length: 20 }, (_, n) => `Patient/f-${String(n)}`);
    const group = {
      resourceType: 'Group',
      id: 'study',
      type: 'person',
      actual: true,
      member: enrolled.map((reference) => ({ entity: { reference } })),
    };
    const scope = {
      system: 'http://terminology.hl7.org/CodeSystem/consentscope',
      code: 'research',
    };
    const consents = Array.from({ length: 14 }, (_, n) => ({
      resource: {
        resourceType: 'Consent',
        id: `c-${String(n)}`,
        status: 'active',
        scope: { coding: [scope] },
        category: [{ coding: [{ code: 'research' }] }],
        patient: { reference: `Patient/f-${String(n)}` },
        policyRule: { text: 'study' },
        provision: { type: 'permit', period: { start: '2026-01-01' } },
      },
      request: { method: 'PUT', url: `Consent/c-${String(n)}` },
    }));
    await full.put('Group/study', group);
    const stored = await full.post('', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: consents,
    });
    expect(stored.status).toBe(200);
    await measure(full, 'enrolled', { 'initial-population': 'Patient', denominator: IN_PERIOD });
    const client = await studySponsor(server, 'sponsor-study', 'Group/study');
    expect(counts(await report(client, evaluation('enrolled')))).toEqual({ total: [14] });
    expect((await client.get('Patient')).status).toBe(403);
  });

  test('every release is on the ledger', async () => {
    const head = await server.auditHead();
    await report(sponsor, evaluation('weighed'));
    const rows = await server.audit(head);
    const operation = rows.find(({ interaction }) => interaction === 'operation:evaluate-measure');
    expect([operation?.agent, operation?.outcome, operation?.rule]).toEqual([
      'Practitioner/sponsor-one',
      0,
      'sponsor-one#operation:evaluate-measure',
    ]);
    expect(
      rows.some(({ detail }) => detail?.includes('An aggregate of Measure/weighed') === true),
    ).toBe(true);
  });
});

describe('figures', () => {
  test('a proportion shows a stratum only where people are on both sides of the line', async () => {
    await store(full, 'h', {
      code: 'heart',
      date: '2026-08-10',
      count: 60,
      gender: 'female',
      value: 9,
    });
    await store(full, 'n', {
      code: 'heart',
      date: '2026-08-10',
      count: 30,
      gender: 'male',
      value: 9,
    });
    await store(full, 'l', {
      code: 'heart',
      date: '2026-08-10',
      count: 20,
      gender: 'female',
      value: 2,
    });
    await measure(
      full,
      'high',
      {
        denominator: 'Observation?code=heart&date=ge{{%periodStart}}&date=le{{%periodEnd}}',
        numerator: 'Observation?code=heart&value-quantity=gt5',
      },
      [GENDER],
    );
    const found = await report(sponsor, evaluation('high'));
    // All men are in the numerator, so that being one would say it; women go with them.
    expect(counts(found)).toEqual({
      total: [110, 90],
      female: [null, null],
      male: [null, null],
      unknown: [null, null],
      other: [null, null],
    });
    expect(found.group[0]?.measureScore?.value).toBe(0.82);
  });

  test('a mean is made of coarsened values, so that an extreme one does not show', async () => {
    const part = (url: string, value: object): object => ({ url, ...value });
    const extension = [
      {
        url: 'https://diga-server.dev/fhir/StructureDefinition/measure-buckets',
        extension: [
          part('low', { valueDecimal: 40 }),
          part('high', { valueDecimal: 140 }),
          part('width', { valueDecimal: 10 }),
          part('unit', { valueCode: 'kg' }),
        ],
      },
    ];
    await store(full, 'b', {
      code: 'mass',
      date: '2026-08-10',
      count: 99,
      gender: 'female',
      value: 61,
    });
    await store(full, 'k', {
      code: 'mass',
      date: '2026-08-10',
      count: 1,
      gender: 'female',
      value: 5000,
    });
    const observed = 'Observation?code=mass&date=ge{{%periodStart}}&date=le{{%periodEnd}}';
    await measure(
      full,
      'mass',
      { 'measure-population': 'Patient', 'measure-observation': observed },
      [],
      { extension },
    );
    const found = await report(sponsor, evaluation('mass'));
    expect(counts(found)).toEqual({ total: [100] });
    expect(found.group[0]?.measureScore?.value).toBe(66);
    expect(found.group[0]?.extension?.[0]?.valueQuantity.value).toBe(65);
  });
});
