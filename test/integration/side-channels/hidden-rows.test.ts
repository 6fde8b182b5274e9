import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { observable } from '../../support/resources.ts';
import { sending, type Stage, stage } from './support.ts';

let on: Stage;
beforeAll(async () => {
  on = await stage('rows', 'narrow');
}, 120_000);
afterAll(() => on.close(), 30_000);

/** In both stores with other values, in the first only, in the second only, deleted in the second, nowhere. */
const OTHERS = ['h0', 'h1', 'h2', 'h3', 'x9'];

async function alike(...paths: readonly string[]): Promise<void> {
  for (const path of paths) await on.same(path);
}

describe('resources that are not seen', () => {
  test('[V-06] [V-07] [V-08] chains in either direction end at what is seen', () =>
    alike(
      'Observation?subject:Patient.name=Amsel',
      'Observation?subject:Patient.birthdate=ge1900',
      'Patient?_has:Observation:patient:status=amended',
      'Patient?_has:Encounter:patient:_id=v1-e',
      'List?item:Observation.subject:Patient.gender=male',
      'Patient?_has:Observation:subject:_has:List:item:_id=h0-l',
    ));

  test('[V-09] [V-10] includes', () =>
    alike(
      'Observation?_include=Observation:subject',
      'List?_include=List:item&_include:iterate=Observation:subject',
      'Patient?_revinclude=Observation:subject',
    ));

  test('[V-11] [V-12] [V-13] order, totals and pages', () =>
    alike(
      'Patient?_sort=birthdate&_count=1&_total=accurate',
      'Observation?_summary=count',
      'Observation?_count=2&_sort=-date',
      'Observation?_total=estimate&_count=0',
      'Observation?_offset=1&_count=1',
    ));

  test('[V-21] the compartment of somebody else is as if it were empty', () =>
    alike(
      ...OTHERS.flatMap((id) => [
        `Patient/${id}/Observation`,
        `Patient/${id}/*`,
        `Observation?_compartment=Patient/${id}`,
      ]),
    ));

  test('[V-30] history and versions', () =>
    alike(
      ...OTHERS.flatMap((id) => [
        `Patient/${id}/_history`,
        `Patient/${id}/_history/1`,
        `Patient/${id}/_history/3`,
      ]),
      'Observation/_history',
      'Patient/_history',
      '_history',
    ));

  test('[V-31] [V-32] what was deleted, what is hidden and what never was are one answer', async () => {
    const answers = [];
    for (const id of OTHERS) {
      await alike(`Patient/${id}`, `Observation/${id}-o0`);
      answers.push(observable(await on.client.get(`Patient/${id}`), id));
    }
    expect(answers[0]).toMatchObject({ status: 404 });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  test('[V-33] an id that the client chooses tells nothing about who has it', async () => {
    for (const id of OTHERS) {
      const body = {
        resourceType: 'Observation',
        id: `${id}-o0`,
        status: 'final',
        code: { text: 'x' },
      };
      await on.same(sending('PUT', `Observation/${id}-o0`, body));
      expect((await on.client.put(`Observation/${id}-o0`, body)).status).toBe(404);
      await on.same(sending('DELETE', `Observation/${id}-o0`, undefined));
    }
  });

  const own = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    performer: [{ reference: 'Practitioner/n-narrow' }],
  };

  test('[V-34] a reference to what is hidden fails like one to what is not there', async () => {
    for (const id of OTHERS) {
      const body = { ...own, subject: { reference: `Patient/${id}` } };
      await on.same(sending('POST', 'Observation', body));
      const { status, text } = await on.client.post('Observation', body);
      expect([status, text.includes('FHIR_REFERENCE_NOT_FOUND')]).toEqual([400, true]);
    }
  });

  test('[V-24] [V-25] [V-26] conditions are searches under the policy', async () => {
    for (const identifier of ['Kh00', 'Kh10', 'Kh22', 'Kx9']) {
      const condition = `subject:Patient.identifier=${identifier}`;
      await on.same(sending('POST', 'Observation', own, { 'If-None-Exist': condition }));
      await on.same(sending('PUT', `Observation?${condition}&status=amended`, own));
      await on.same(sending('DELETE', `Observation?${condition}`, undefined));
      const subject = { reference: `Patient?identifier=${identifier}` };
      const entry = [
        { request: { method: 'POST', url: 'Observation' }, resource: { ...own, subject } },
      ];
      await on.same(sending('POST', '', { resourceType: 'Bundle', type: 'transaction', entry }));
    }
  });

  test('[V-35] nothing has to be unique among what is hidden', async () => {
    const identifier = [{ system: 'http://fhir.de/sid/gkv/kvid-10', value: 'Kh00' }];
    await on.same(sending('POST', 'Observation', { ...own, identifier }));
    expect((await on.client.post('Observation', { ...own, identifier })).status).toBe(201);
  });

  test('[V-39] batches and transactions', async () => {
    for (const type of ['batch', 'transaction']) {
      const entry = OTHERS.flatMap((id) => [
        { request: { method: 'GET', url: `Patient/${id}` } },
        { request: { method: 'GET', url: `Observation?subject=Patient/${id}` } },
      ]);
      await on.same(sending('POST', '', { resourceType: 'Bundle', type, entry }));
    }
  });

  test('[V-43] operations', () =>
    alike(
      ...OTHERS.flatMap((id) => [
        `Patient/${id}/$everything`,
        `Patient/${id}/$meta`,
        `Observation/$lastn?patient=Patient/${id}`,
        `Observation/${id}-o0/$validate`,
      ]),
    ));

  test('[V-49] versions of a Binary, deleted ones too', () =>
    alike(
      ...OTHERS.flatMap((id) => [
        `Binary/${id}-b`,
        `Binary/${id}-b/_history/1`,
        `Binary/${id}-b/_history/2`,
        `Binary/${id}-b/_history`,
      ]),
    ));

  test('[V-53] lists and the access log name no others', async () => {
    await alike('List?_count=50', 'List?item=Observation/h0-o1', 'AuditEvent?patient=Patient/h0');
  });

  test('[V-58] what is too costly is told by the request, not by the rows', () =>
    alike(
      `Patient?${Array.from({ length: 12 }, () => '_has:Observation:patient:_id=a').join('&')}`,
      `Observation?${'subject:Patient.'.repeat(1)}${'_has:Observation:patient:'.repeat(9)}_id=x`,
    ));
});
