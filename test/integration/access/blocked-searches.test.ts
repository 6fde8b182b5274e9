import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FhirClient } from '../../support/fhir-client.ts';
import { observable } from '../../support/resources.ts';
import type { TestServer } from '../../support/server.ts';
import {
  expectBlocked,
  expectStored,
  identityWith,
  idsOf,
  KVNR,
  startBlockedServer,
} from './blocked-server.ts';

const RELATION = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-relation';

let server: TestServer;
let full: FhirClient;
let blind: FhirClient;
let half: FhirClient;

beforeAll(async () => {
  ({ server, full, blind, half } = await startBlockedServer());
}, 120_000);
afterAll(() => server.close(), 30_000);

describe('[R-040][R-144] a search on what the policy hides is refused, and the refusal names parameter and rule', () => {
  test.each([
    ['birthdate', 'Patient?birthdate=1970-01-01'],
    ['birthdate', 'Patient?birthdate=ge1970&birthdate=le1980'],
    ['birthdate', 'Patient?birthdate:missing=true'],
    ['birthdate', 'Patient?birth%64ate=1970-01-01'],
    ['birthdate', 'Patient?gender=male&birthdate=&birthdate=1970-01-01'],
    ['identifier', `Patient?identifier=${KVNR}|A000000006`],
    ['identifier', `Patient?identifier:not=${KVNR}|A000000006`],
    ['identifier:of-type', `Patient?identifier:of-type=${KVNR}|KV|A000000006`],
    ['identifier', 'Patient?identifier:text=insurance'],
    ['name', 'Patient?name=Ahr'],
    ['family', 'Patient?family:exact=Ahrens'],
    ['family', 'Patient?family:contains=hre'],
    ['phonetic', 'Patient?phonetic=Ahrens'],
    ['birthdate', 'Patient?_filter=birthdate%20ge%201970-01-01'],
    ['family', 'Patient?_filter=not%20(gender%20eq%20male%20or%20family%20co%20%22hre%22)'],
    ['_lastUpdated', 'Patient?_lastUpdated=ge2026'],
    ['birthdate', 'Patient?_total=accurate&_summary=count&birthdate=1970-01-01'],
  ])('%s: %s', async (name, url) => {
    expectBlocked(await blind.get(url), name, 'blind#0');
  });

  test.each([
    ['value-quantity', 'Observation?value-quantity=gt4'],
    ['value-quantity', 'Observation?value-quantity:missing=false'],
    ['combo-value-quantity', 'Observation?combo-value-quantity=gt4'],
    ['component-value-quantity', 'Observation?component-value-quantity=gt4'],
    ['code-value-quantity', 'Observation?code-value-quantity=29463-7$gt4'],
  ])('%s, also as a part of a composite: %s', async (name, url) => {
    const answer = await blind.get(url);
    expectBlocked(answer, 'value-quantity', 'blind#1');
    expect(answer.text).toContain(name.replace(/^code-/, ''));
  });

  test('a search parameter that comes to the server later is blocked from the first moment', async () => {
    const url = 'Patient?born=1970-01-01';
    expect((await blind.get(url)).codes()).toEqual(['SEARCH_UNKNOWN_PARAMETER']);
    await expectStored(
      full.post('SearchParameter', {
        resourceType: 'SearchParameter',
        url: 'https://example.org/SearchParameter/born',
        name: 'born',
        description: 'born',
        status: 'active',
        code: 'born',
        base: ['Patient'],
        type: 'date',
        expression: 'Patient.birthDate',
      }),
    );
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const answer = await blind.get(url);
      expect(answer.codes()).toHaveLength(1);
      if (answer.status === 403) break;
      expect(answer.text).toContain('is being indexed');
      await sleep(50);
    }
    expectBlocked(await blind.get(url), 'born', 'blind#0');
    expectBlocked(await blind.get('Patient?_sort=born'), 'born', 'blind#0');
    expect(idsOf(await full.get(url))).toHaveLength(2);
  });

  test('the same by POST, in any order, encoded or not: there is one reading', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const sent = { body: '%62irthdate=1970-01-01', headers: form };
    expectBlocked(await blind.send('POST', 'Patient/_search', sent), 'birthdate', 'blind#0');
    const lenient = { prefer: 'handling=lenient' };
    expectBlocked(await blind.get('Patient?birthdate=1970', lenient), 'birthdate', 'blind#0');
    // Names are case-sensitive: what is no parameter is none for anybody.
    expect((await blind.get('Patient?BIRTHDATE=1970-01-01')).status).toBe(400);
  });

  test('the refusal does not depend on what is stored', async () => {
    const some = await blind.get('Patient?birthdate=1970-01-01');
    const none = await blind.get('Patient?birthdate=1801-01-01');
    expect(observable(some, '1970')).toEqual(observable(none, '1801'));
  });

  test('what shows nothing hidden stays open', async () => {
    expect((await blind.get('Patient?gender=male')).status).toBe(200);
    expect(idsOf(await blind.get('Observation?subject=Patient/seen'))).toEqual(['o-seen']);
    expect(idsOf(await blind.get('Observation?code=29463-7&_sort=date'))).toHaveLength(3);
    expect(idsOf(await full.get('Patient?birthdate=1970-01-01'))).toHaveLength(2);
  });

  test('a refused search stands on the ledger', async () => {
    const head = await server.auditHead();
    await blind.get('Patient?birthdate=1970-01-01');
    const rows = await server.audit(head);
    expect(rows).toEqual([
      expect.objectContaining({ outcome: 8, detail: 'ACCESS_PARAMETER_BLOCKED', type: 'Patient' }),
    ]);
  });
});

describe('[R-041] an order by what any rule hides is refused', () => {
  test.each([
    ['birthdate', 'Patient?_sort=birthdate', 'blind#0'],
    ['family', 'Patient?_sort=gender,-family', 'blind#0'],
    ['_lastUpdated', 'Patient?_sort=-_lastUpdated', 'blind#0'],
    ['value-quantity', 'Observation?_sort=value-quantity', 'blind#1'],
  ])('%s: %s', async (name, url, rule) => {
    expectBlocked(await blind.get(url), name, rule);
  });

  test('also where other rules show it', async () => {
    expectBlocked(await half.get('Patient?_sort=birthdate'), 'birthdate', 'half#0');
  });
});

describe('[R-042] links lead to nothing that is hidden', () => {
  test.each([
    ['a chain (Medplum pull request 9973)', 'Observation?subject:Patient.birthdate=1970-01-01'],
    ['a chain without a type', 'Observation?subject.family=Ahr'],
    ['two links', 'Observation?encounter:Encounter.subject:Patient.identifier=A000000006'],
    ['_has (HAPI issue 6065)', 'Encounter?_has:Observation:encounter:value-quantity=gt4'],
    ['_has within a chain', 'Encounter?subject:Patient._has:Observation:subject:value-quantity=5'],
    ['_filter with a path', 'Observation?_filter=subject:Patient.birthdate%20eq%201970-01-01'],
    ['_filter with an untyped path', 'Observation?_filter=patient.family%20sw%20%22A%22'],
  ])('%s: %s', async (_what, url) => {
    const answer = await blind.get(url);
    expect(answer.codes()).toEqual(['ACCESS_PARAMETER_BLOCKED']);
  });

  test('a type without a rule is, behind a link, as if nothing of it were there', async () => {
    expect(idsOf(await blind.get('Patient?organization:Organization.name=x'))).toEqual([]);
    expect(idsOf(await blind.get('Patient?_has:Condition:subject:code=x'))).toEqual([]);
  });

  test('the identifier of a reference is the identifier of its target', async () => {
    const answer = await blind.get(`Observation?subject:identifier=${KVNR}|A000000006`);
    expectBlocked(answer, 'subject:identifier', 'blind#0');
    expectBlocked(await half.get('Observation?_include=Observation:subject'), 'subject', 'half#2');
  });

  test('includes do not follow references that a rule hides', async () => {
    const both = ['_include=Observation:subject', '_revinclude=Observation:subject'];
    expectBlocked(await half.get(`Observation?${both[0]}`), 'subject', 'half#2');
    expectBlocked(await half.get(`Patient?${both[1]}`), 'subject', 'half#2');
    expectBlocked(
      await half.get('Patient?_revinclude:iterate=Observation:patient'),
      'patient',
      'half#2',
    );
    expect(idsOf(await half.get('Observation?_include=*'))).toHaveLength(3);
    expect(idsOf(await half.get('Patient?_id=third&_revinclude=Observation:*'))).toEqual(['third']);
  });
});

describe('[R-036][R-040] where some rules show an element, a search asks only the resources that show it', () => {
  test.each([
    ['Patient?birthdate=1970-01-01', ['seen']],
    ['Patient?birthdate=1988-08-08', []],
    ['Patient?_id=seen,other,third&birthdate:missing=true', ['other', 'third']],
    ['Patient?_id=seen,other,third&birthdate:missing=false', ['seen']],
    ['Patient?_id=seen,other,third&_filter=not%20(family%20eq%20%22Ahrens%22)', ['other', 'third']],
    ['Observation?subject=Patient/third', ['o-third']],
    ['Observation?subject=Patient/seen', []],
    ['Observation?subject:Patient.birthdate=1970-01-01', []],
    ['Patient?_id=seen,other,third&_has:Observation:subject:status=amended', ['third']],
    ['Patient?_id=seen,other,third&_has:Observation:subject:status=final', []],
  ])('%s', async (url, ids) => {
    expect([...idsOf(await half.get(url))].sort()).toEqual(ids);
    const separator = url.includes('?') ? '&' : '?';
    const counted = await half.get(`${url}${separator}_summary=count`);
    expect(counted.json<{ total: number }>().total).toBe(ids.length);
  });

  test('a rule that follows a relation narrows like any other, also in a negation', async () => {
    const part = (url: string, value: object) => ({ url, ...value });
    const treated = {
      url: RELATION,
      extension: [
        part('name', { valueCode: 'treated' }),
        part('criteria', { valueString: 'CareTeam?participant=%profile&status=active' }),
        part('patient', { valueCode: 'patient' }),
      ],
    };
    const carer = await identityWith(
      server,
      'carer',
      [
        { resourceType: 'Patient', hiddenFields: ['birthDate'] },
        { resourceType: 'Patient', criteria: 'Patient?_id=%treated' },
      ],
      [treated],
    );
    const team = {
      resourceType: 'CareTeam',
      id: 'team',
      status: 'active',
      subject: { reference: 'Patient/third' },
      participant: [{ member: { reference: 'Practitioner/carer' } }],
    };
    const all = 'Patient?_id=seen,other,third';
    expect(idsOf(await carer.get(`${all}&birthdate=1988-08-08`))).toEqual([]);
    await expectStored(full.put('CareTeam/team', team));
    expect(idsOf(await carer.get(`${all}&birthdate=1988-08-08`))).toEqual(['third']);
    expect(idsOf(await carer.get(`${all}&birthdate=1970-01-01`))).toEqual([]);
    expect(idsOf(await carer.get(`${all}&birthdate:missing=true`)).toSorted()).toEqual([
      'other',
      'seen',
    ]);
  });

  test('bisection by prefixes finds the dates that are shown, and no other', async () => {
    let low = 1900;
    let high = 2020;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      const found = idsOf(await half.get(`Patient?_id=third&birthdate=lt${String(middle)}`));
      if (found.length > 0) high = middle;
      else low = middle;
    }
    expect(low).toBe(2019);
  });

  test('compartments: whose an Observation is stays hidden', async () => {
    expect(idsOf(await half.get('Patient/third/Observation'))).toEqual(['o-third']);
    expect(idsOf(await half.get('Patient/seen/Observation'))).toEqual([]);
    expect(idsOf(await half.get('Observation?_compartment=Patient/seen'))).toEqual([]);
    expect(idsOf(await half.get('Patient/seen/*'))).toEqual(['seen']);
    expect(idsOf(await half.get('Patient/third/$everything?_type=Observation'))).toEqual([
      'o-third',
    ]);
    expect(idsOf(await half.get('Patient/seen/$everything?_type=Observation'))).toEqual([]);
  });
});
