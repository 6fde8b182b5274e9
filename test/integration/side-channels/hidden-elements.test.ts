import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CANARY, expectBlind, expectRefused, ids, sending, type Stage, stage } from './support.ts';

let on: Stage;
beforeAll(async () => {
  on = await stage('fields', 'fields');
}, 120_000);
afterAll(() => on.close(), 30_000);

const refused = (...paths: readonly string[]) => expectRefused(on, paths);
const blind = (...paths: readonly string[]) => expectBlind(on, paths);

describe('searching by what is hidden', () => {
  test('[V-01] [R-040] a search parameter that touches a hidden element is refused, and the rule is named', () =>
    refused('Patient?birthdate=1961-02-11', 'Patient?name=Canaryb', 'Patient?phone=02'));

  test('[V-02] composites with a hidden part are refused', () =>
    refused(
      'Observation?code-value-quantity=29463-7$gt20',
      'Observation?combo-code-value-quantity=29463-7$gt20',
    ));

  test('[V-03] :missing tells nothing about a hidden element', () =>
    refused('Patient?birthdate:missing=true', 'Patient?telecom:missing=false'));

  test('[V-04] no modifier opens a hidden element', () =>
    refused(
      'Patient?gender:not=male',
      'Patient?name:exact=Canaryb',
      'Patient?name:contains=nary',
      'Condition?code:text=x',
      'Condition?code:not=F41.0',
      'Condition?code:in=http://hl7.org/fhir/ValueSet/administrative-gender',
      'Patient?identifier:of-type=a|b|c',
    ));

  test('[V-05] no prefix bisects a hidden value', () =>
    refused(
      ...['gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap', 'ne'].flatMap((prefix) => [
        `Patient?birthdate=${prefix}1961-03`,
        `Observation?value-quantity=${prefix}30`,
      ]),
    ));

  test('[V-06] [R-042] a chain finds nothing by a hidden element behind it', () =>
    refused(
      'Observation?subject:Patient.name=Canaryb',
      'Observation?patient.birthdate=1961-02-11',
      'Condition?subject:Patient.gender=male',
    ));

  test('[V-07] nor does a chain of several links', () =>
    refused('List?item:Observation.subject:Patient.name=Canaryb'));

  test('[V-08] nor a reverse chain', () =>
    refused(
      'Patient?_has:Observation:patient:value-quantity=27',
      'Patient?_has:Condition:subject:code=F41.1',
      'Encounter?patient._has:Condition:subject:code=F41.1',
    ));

  test('[V-11] [R-041] nothing is sorted by a hidden element', () =>
    refused(
      'Patient?_sort=birthdate',
      'Patient?_sort=-family',
      'Observation?_sort=value-quantity',
    ));

  test('[V-14] _filter is judged part by part', () =>
    refused(
      `Patient?_filter=${encodeURIComponent('birthdate gt 1961-02')}`,
      `Patient?_filter=${encodeURIComponent('_id eq v1 and not (name co "nary")')}`,
      `Observation?_filter=${encodeURIComponent('value-quantity gt 20')}`,
    ));

  test('[V-15] full text is no way to hidden words', async () => {
    await refused('Patient?_text=Canaryb');
    await blind('Patient?_content=Canaryb');
  });

  test('[V-16] named queries are refused, and a list finds what is seen', () =>
    blind('Patient?_query=secret', 'Observation?_list=v1-l', 'Patient?_list=v1-l'));

  test('[V-64] an identifier of the outside world cannot be probed', () =>
    refused(
      'Patient?identifier=v1Canaryb',
      'Patient?identifier=http://fhir.de/sid/gkv/kvid-10|v1Canaryb',
      'Observation?subject:identifier=v1Canaryb',
    ));

  test('[V-22] GET and POST are one parser', async () => {
    for (const query of ['name=Canaryb', '_id=v1&_sort=birthdate', 'active=true&_total=accurate']) {
      const get = await on.client.get(`Patient?${query}`);
      const post = await on.client.send('POST', 'Patient/_search', {
        body: query,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      const plain = (text: string): string =>
        text.replaceAll(/"Bundle","id":"[^"]*"|"url":"[^"]*"/g, '');
      expect([post.status, plain(post.text)]).toEqual([get.status, plain(get.text)]);
    }
  });

  test('[V-23] repeated, encoded and oddly written parameters are the same parameters', async () => {
    await refused(
      'Patient?%62irthdate=1961',
      'Patient?_id=v1&birthdate=1961&birthdate=1962',
      'Patient?birth%64ate%3Amissing=true',
      'Patient?_sort=%62irthdate',
    );
    const odd = await on.client.get('Patient?BirthDate=1961');
    expect(odd.status).toBe(400);
    await on.same('Patient?BirthDate=1961');
  });
});

describe('what an answer shows', () => {
  test('[V-09] [V-10] [R-038] what is included is shown like what is found', () =>
    blind(
      'Observation?_id=v1-o0&_include=Observation:subject',
      'List?_id=v1-l&_include=List:item&_include:iterate=Observation:subject',
      'Patient?_id=v1&_revinclude=Observation:subject&_revinclude:iterate=List:item',
    ));

  test('[V-12] totals and counts are of what is seen', async () => {
    await blind('Observation?_total=accurate', 'Patient?_summary=count&active=true');
  });

  test('[V-17] asking for a hidden element by name does not bring it back', async () => {
    await blind(
      'Patient/v1?_elements=birthDate,name,identifier',
      'Patient/v1?_summary=true',
      'Patient/v1?_summary=text',
      'Observation?_elements=valueQuantity,note',
    );
    expect((await on.client.get('Patient/v1?_elements=birthDate')).text).not.toContain('1961');
  });

  test('[V-18] contained resources are shown by the rules of their own type', async () => {
    await blind('List/v1-l', 'List/v1-l?_format=xml', 'List?patient=v1');
  });

  test('[V-19] when something hidden was changed is not told', async () => {
    await refused('Patient?_lastUpdated=gt2026', 'Observation?_sort=-_lastUpdated');
    await blind(
      'Patient/v1/_history?_since=2026-11-02T08:00:40Z',
      'Patient/v1/_history?_at=2026-11-02T08:01',
      'Patient/$everything',
      'Patient/v1/$everything?_since=2026-11-02T08:00:40Z',
    );
    const { meta } = (await on.client.get('Patient/v1')).json<{ meta: object }>();
    expect(meta).not.toHaveProperty('lastUpdated');
  });

  test('[V-20] labels that are hidden are no way either', async () => {
    await refused('Condition?_security=R', 'Condition?_security:missing=true');
    await blind('Condition/v1-c/$meta', 'Condition/$meta');
  });

  test('[V-27] [V-29] version, tag, instant and location are those of the view', async () => {
    await blind('Patient/v1', 'Observation/v1-o0');
    const answer = await on.client.get('Patient/v1');
    expect(answer.headers.get('last-modified')).toBeNull();
    expect(answer.headers.get('etag')).not.toMatch(/^W\/"\d{1,6}"$/);
    const { versionId } = answer.json<{ meta: { versionId: string } }>().meta;
    expect(answer.headers.get('etag')).toBe(`W/"${versionId}"`);
  });

  test('[V-28] conditions on versions and instants are judged by the view', async () => {
    const etag = (await on.client.get('Patient/v1')).headers.get('etag') ?? '';
    for (const headers of [
      { 'If-None-Match': etag },
      { 'If-None-Match': 'W/"2"' },
      { 'If-Modified-Since': 'Mon, 02 Nov 2026 08:00:40 GMT' },
    ])
      await on.same({ surface: 'vector', method: 'GET', path: 'Patient/v1', headers });
    expect((await on.client.get('Patient/v1', { 'If-None-Match': etag })).status).toBe(304);
  });

  test('[V-30] versions that differ in hidden elements only are one version', async () => {
    await blind(
      'Patient/v1/_history',
      'Observation/v1-o0/_history',
      'Patient/_history',
      '_history',
    );
    for (const version of ['1', '2', '3', '4']) await blind(`Patient/v1/_history/${version}`);
    const { entry } = (await on.client.get('Patient/v1/_history')).json<{ entry: object[] }>();
    expect(entry).toHaveLength(1);
    const etag = (await on.client.get('Patient/v1')).headers.get('etag') ?? '';
    const version = /"(.+)"/.exec(etag)?.[1] ?? '';
    expect((await on.client.get(`Patient/v1/_history/${version}`)).status).toBe(200);
  });

  test('[V-50] narrative, display and identifiers of references do not repeat what is hidden', async () => {
    await blind('Encounter/v1-e', 'Encounter?patient=v1', 'Patient/v1?_format=xml');
    expect((await on.client.get('Patient/v1')).json()['text']).toBeUndefined();
  });

  test('[V-39] entries of a batch are answered like requests', async () => {
    const entry = [
      'Patient?birthdate=1961-02-11',
      'Patient/v1',
      'Patient/v1/_history/2',
      'Observation?value-quantity=27',
      'Patient/nowhere',
    ].map((url) => ({ request: { method: 'GET', url } }));
    await on.same(sending('POST', '', { resourceType: 'Bundle', type: 'batch', entry }));
    const answer = await on.client.post('', { resourceType: 'Bundle', type: 'batch', entry });
    expect(answer.text).not.toMatch(CANARY);
  });
});

test('what is not hidden can be searched as ever', async () => {
  expect(ids(await on.client.get('Patient?_id=v1'))).toEqual(['v1']);
  expect(ids(await on.client.get('Observation?patient=v1&status=final,amended'))).toHaveLength(5);
});
