import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../../../test/support/fhir-client.ts';
import {
  counts,
  evaluation,
  measure,
  type Report,
  type ResearchServer,
  startResearch,
  store,
} from './research-server.ts';

const ALL = 'Observation?code=weight&date=ge{{%periodStart}}&date=le{{%periodEnd}}';

let server: ResearchServer;
let full: FhirClient;
let sponsor: FhirClient;

beforeAll(async () => {
  server = await startResearch('rounding=1', 'queriesPerDay=30');
  full = server.as('full');
  const people = { code: 'weight', date: '2026-08-10' };
  await store(full, 'f', { ...people, count: 50, gender: 'female', birthDate: '1960-01-01' });
  await store(full, 'm', { ...people, count: 45, gender: 'male', birthDate: '1990-01-01' });
  // The person whom the attacker knows: the only one born in the year 2000.
  await store(full, 'victim', { ...people, count: 1, gender: 'female', birthDate: '2000-02-02' });
  await measure(full, 'all', { 'initial-population': ALL }, ['Patient?gender=female,male']);
  sponsor = await server.sponsor('attacker');
  await server.sponsor('accomplice');
}, 60_000);
afterAll(() => server.close(), 30_000);

/** Counts of an evaluation, or the code of its refusal. */
async function attempt(
  client: FhirClient,
  path: string,
): Promise<ReturnType<typeof counts> | string | undefined> {
  const answer = await client.get(path);
  return answer.status === 200 ? counts(answer.json<Report>()) : answer.codes()[0];
}

describe('[V-63] [R-034] an attacker who knows one person and all releases', () => {
  test('is first given what is public', async () => {
    expect(await attempt(sponsor, evaluation('all'))).toEqual({
      total: [96],
      female: [51],
      male: [null],
      other: [null],
    });
  });

  test('finds no difference of two populations in which only the person is missing', async () => {
    await measure(full, 'without', {
      'initial-population': ALL,
      denominator: 'Patient?birthdate=lt2000',
    });
    expect(await attempt(sponsor, evaluation('without'))).toBe('RESEARCH_TOO_CLOSE');
    const excluded = { denominator: ALL, 'denominator-exclusion': 'Patient?birthdate=2000' };
    await measure(full, 'excluded', { ...excluded });
    expect(await attempt(sponsor, evaluation('excluded'))).toBe('RESEARCH_TOO_CLOSE');
  });

  test('finds no difference together with somebody else who may ask', async () => {
    const accomplice = server.asProfile('Practitioner/accomplice');
    expect(await attempt(accomplice, evaluation('without'))).toBe('RESEARCH_TOO_CLOSE');
    expect(await attempt(accomplice, evaluation('all'))).toEqual(
      await attempt(sponsor, evaluation('all')),
    );
  });

  test('finds nothing by asking twice at the same moment', async () => {
    const period = { start: '2026-01-01', end: '2026-03-31' };
    await store(full, 'q', { code: 'sleep', date: '2026-02-02', count: 30, gender: 'male' });
    await store(full, 'r', { code: 'sleep', date: '2026-02-02', count: 1, gender: 'female' });
    const some = 'Observation?code=sleep&date=ge{{%periodStart}}&date=le{{%periodEnd}}';
    await measure(full, 'sleepers', { 'initial-population': some });
    await measure(full, 'men', { 'initial-population': some, denominator: 'Patient?gender=male' });
    const answers = await Promise.all(
      ['sleepers', 'men'].map((id) => attempt(sponsor, evaluation(id, period.start, period.end))),
    );
    expect(answers.filter((answer) => answer === 'RESEARCH_TOO_CLOSE')).toHaveLength(1);
  });

  test('finds nothing by shifting or stretching the period', async () => {
    for (const [start, end] of [
      ['2026-06-01', '2026-08-31'],
      ['2026-07-01', '2026-12-31'],
      ['2026-07-01', '2026-08-09'],
      ['2026-07-01T00:00:00Z', '2026-09-30'],
    ] as const)
      expect(await attempt(sponsor, evaluation('all', start, end))).toBe(
        'RESEARCH_PARAMETER_INVALID',
      );
    // An empty period says no more than that it is too small.
    expect(await attempt(sponsor, evaluation('all', '2026-04-01', '2026-06-30'))).toEqual({
      total: [null],
      female: [null],
      male: [null],
      other: [null],
    });
  });

  test('finds nothing by dividing in another way: strata that overlap are refused', async () => {
    await measure(full, 'regrouped', { 'initial-population': ALL }, [
      'Patient?gender=male,unknown',
    ]);
    expect(await attempt(sponsor, evaluation('regrouped'))).toBe('RESEARCH_STRATA_DIFFER');
  });

  test('finds nothing with a tracker: strata by another property that are nearly the same people', async () => {
    // Those born before 1970 are the women without the person: the difference would be the person. The men are public.
    await measure(full, 'tracker', { 'initial-population': ALL }, [
      'Patient?birthdate=lt1970,lt2000',
    ]);
    expect(await attempt(sponsor, evaluation('tracker'))).toEqual({
      total: [96],
      lt1970: [null],
      lt2000: [45],
      other: [null],
    });
  });

  test('finds nothing by waiting: what was released does not follow the data', async () => {
    const before = await attempt(sponsor, evaluation('all'));
    await full.delete('Observation/o-victim-0');
    expect(await attempt(sponsor, evaluation('all'))).toEqual(before);
    // A new edition of the measure is a new release, and too close to the first.
    await measure(full, 'all', { 'initial-population': `${ALL}&status=final` }, [
      'Patient?gender=female,male',
    ]);
    expect(await attempt(sponsor, evaluation('all'))).toBe('RESEARCH_TOO_CLOSE');
  });

  test('has a number of questions a day', async () => {
    let last: Awaited<ReturnType<typeof attempt>>;
    for (let n = 0; n < 31 && last !== 'RESEARCH_BUDGET_SPENT'; n += 1)
      last = await attempt(sponsor, evaluation('without'));
    expect(last).toBe('RESEARCH_BUDGET_SPENT');
    const answer = await sponsor.get(evaluation('all'));
    expect([answer.status, Number(answer.headers.get('retry-after')) > 0]).toEqual([429, true]);
    const accomplice = server.asProfile('Practitioner/accomplice');
    expect((await accomplice.get(evaluation('all'))).status).not.toBe(429);
  }, 30_000);

  test('finds no id in what the log of releases keeps', async () => {
    const { rows } = await server.sql.query<{ members: Buffer; report: unknown }>(
      'select members, report from aggregate_cell c join aggregate_release r on r.id = c.release',
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { members, report } of rows)
      expect(members.toString('latin1') + JSON.stringify(report)).not.toMatch(/victim|f-1|m-1/);
  });
});
