import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Clock } from '../../../../src/clock.ts';
import type { Answer, FhirClient } from '../../../../test/support/fhir-client.ts';
import type { TestServer } from '../../../../test/support/server.ts';
import { STAFF, startSupport } from './support-server.ts';

const MINUTE = 60_000;
let server: TestServer;
let staff: FhirClient;
let ahead = 0;
const clock: Clock = { now: () => Date.now() + ahead };

beforeAll(async () => {
  server = await startSupport(clock);
  staff = server.asProfile(STAFF[0]);
}, 60_000);
afterAll(() => server.close(), 30_000);
beforeEach(async () => {
  for (const patient of ['patient-a', 'patient-b']) await end(patient);
  ahead = 0;
});

const TICKET = { name: 'ticket', valueString: 'SUP-1' };
const REASON = { name: 'reason', valueString: 'Values do not arrive' };
const parameters = (...parameter: readonly object[]): object => ({
  resourceType: 'Parameters',
  ...(parameter.length === 0 ? {} : { parameter }),
});
const begin = (patient: string, ...more: readonly object[]): Promise<Answer> =>
  staff.post(`Patient/${patient}/$break-glass`, parameters(TICKET, REASON, ...more));
const end = (patient: string): Promise<Answer> =>
  staff.post(`Patient/${patient}/$end-break-glass`, parameters());
const minutes = (valueInteger: number): object => ({ name: 'minutes', valueInteger });

async function sees(patient: string): Promise<boolean> {
  const { status } = await staff.get(`Observation/of-${patient}`);
  const found = await staff.get('Observation');
  const ids = (found.json<{ entry?: { resource: { id: string } }[] }>().entry ?? []).map(
    ({ resource }) => resource.id,
  );
  expect(ids.includes(`of-${patient}`)).toBe(status === 200);
  expect((await staff.get(`Patient/${patient}`)).status).toBe(status);
  return status === 200;
}

describe('break-glass', () => {
  test('[R-155] support sees no clinical data without it', async () => {
    expect(await sees('patient-a')).toBe(false);
  });

  test('[R-155] opens one patient, for reading only, and ends at once', async () => {
    const task = await begin('patient-a');
    expect(task.status).toBe(200);
    expect(task.json()).toMatchObject({
      resourceType: 'Task',
      status: 'in-progress',
      for: { reference: 'Patient/patient-a' },
      owner: { reference: STAFF[0] },
      identifier: [{ value: 'SUP-1' }],
    });
    expect(await sees('patient-a')).toBe(true);
    expect(await sees('patient-b')).toBe(false);
    const observation = (await staff.get('Observation/of-patient-a')).json<object>();
    expect((await staff.put('Observation/of-patient-a', observation)).status).toBe(403);
    // Nor is it open to a colleague.
    const colleague = server.asProfile(STAFF[1]);
    expect((await colleague.get('Observation/of-patient-a')).status).toBe(404);
    expect((await end('patient-a')).status).toBe(200);
    expect(await sees('patient-a')).toBe(false);
    expect((await end('patient-a')).codes()).toEqual(['SUPPORT_NOT_OPEN']);
  });

  test('[R-155] ends by itself when its time is over', async () => {
    expect((await begin('patient-a', minutes(10))).status).toBe(200);
    ahead = 9 * MINUTE;
    expect(await sees('patient-a')).toBe(true);
    ahead = 11 * MINUTE;
    expect(await sees('patient-a')).toBe(false);
  });

  test('[R-155] nobody makes the Task themselves, or makes it last longer', async () => {
    const task = (await begin('patient-a')).json<{ id: string; executionPeriod: object }>();
    await end('patient-a');
    const longer = { ...task, executionPeriod: { start: '2020-01-01', end: '2099-01-01' } };
    expect((await staff.put(`Task/${task.id}`, longer)).status).toBe(403);
    expect((await staff.post('Task', { ...longer, id: undefined })).status).toBe(403);
    expect(await sees('patient-a')).toBe(false);
    // A Task that somebody else has written opens nothing, because the plugin has not requested it.
    const forged = { ...longer, id: 'forged', requester: { reference: 'Practitioner/other' } };
    expect((await server.as('full').put('Task/forged', forged)).status).toBe(201);
    expect(await sees('patient-a')).toBe(false);
  });

  test('[R-016] demands two factors', async () => {
    const weak = server.asProfile(STAFF[0], undefined, '');
    const answer = await weak.post('Patient/patient-a/$break-glass', parameters(TICKET, REASON));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('urn:diga:acr:2fa');
  });

  test.each([
    ['no ticket', [REASON], 'SUPPORT_PARAMETER_INVALID'],
    ['no reason', [TICKET], 'SUPPORT_PARAMETER_INVALID'],
    ['too long', [TICKET, REASON, minutes(61)], 'SUPPORT_PARAMETER_INVALID'],
    ['no time', [TICKET, REASON, minutes(0)], 'SUPPORT_PARAMETER_INVALID'],
    ['two tickets', [TICKET, TICKET, REASON], 'SUPPORT_PARAMETER_INVALID'],
    [
      'something else',
      [TICKET, REASON, { name: 'x', valueString: 'y' }],
      'SUPPORT_PARAMETER_INVALID',
    ],
  ])('%s is refused', async (_what, parameter, code) => {
    const answer = await staff.post('Patient/patient-a/$break-glass', parameters(...parameter));
    expect(answer.codes()).toEqual([code]);
  });

  test('others than support may not', async () => {
    for (const role of ['patient-a', 'clinician', 'admin', 'auditor'] as const) {
      const path = 'Patient/patient-b/$break-glass';
      const answer = await server.as(role).post(path, parameters(TICKET, REASON));
      expect([role, answer.status]).toEqual([role, 403]);
    }
    const machine = await server
      .as('full')
      .post('Patient/patient-a/$break-glass', parameters(TICKET, REASON));
    expect(machine.codes()).toEqual(['SUPPORT_NOT_A_PERSON']);
    expect((await begin('missing')).status).toBe(404);
  });

  test('the patient sees the Task, its start and end, and every access with its purpose', async () => {
    const head = await server.auditHead();
    const task = (await begin('patient-a')).json<{ id: string }>();
    await staff.get('Observation/of-patient-a');
    await end('patient-a');
    const patient = server.as('patient-a');
    expect((await patient.get(`Task/${task.id}`)).status).toBe(200);
    const rows = (await server.audit(head)).filter((row) => row.patient?.includes('patient-a'));
    const security = rows.filter(({ interaction }) => interaction === 'security');
    expect(
      security.map((row) => (row as unknown as { security_subtype: string }).security_subtype),
    ).toEqual(['110127', '110138']);
    const read = rows.find(
      ({ type, interaction }) => type === 'Observation' && interaction === 'read',
    );
    expect(read).toMatchObject({ agent: STAFF[0], purpose: 'BTG' });
    expect(read?.rule).toMatch(/^break-glass#/);
    const log = await patient.get('AuditEvent?_count=50');
    expect(log.text).toContain('110127');
    expect(log.text).toContain('"BTG"');
    expect(log.text).toContain(task.id);
  });
});

describe('break-glass with four eyes', () => {
  test('[R-155] opens nothing until somebody else has approved it', async () => {
    const strict = await startSupport(clock, 'fourEyes=true', 'maxOpen=1');
    try {
      const asker = strict.asProfile(STAFF[0]);
      const path = 'Patient/patient-a';
      const asked = await asker.post(
        `${path}/$break-glass`,
        parameters(TICKET, REASON, minutes(10)),
      );
      const task = asked.json<{ id: string; status: string }>();
      expect(task.status).toBe('requested');
      expect((await asker.get('Observation/of-patient-a')).status).toBe(404);
      const more = await asker.post('Patient/patient-b/$break-glass', parameters(TICKET, REASON));
      expect(more.codes()).toEqual(['SUPPORT_TOO_MANY_OPEN']);
      const which = parameters({ name: 'task', valueReference: { reference: `Task/${task.id}` } });
      const own = await asker.post(`${path}/$approve-break-glass`, which);
      expect(own.codes()).toEqual(['SUPPORT_OWN_APPROVAL']);
      const second = strict.asProfile(STAFF[1]);
      const wrong = await second.post('Patient/patient-b/$approve-break-glass', which);
      expect(wrong.codes()).toEqual(['SUPPORT_NOT_OPEN']);
      expect((await second.post(`${path}/$approve-break-glass`, which)).status).toBe(200);
      expect((await asker.get('Observation/of-patient-a')).status).toBe(200);
      expect((await second.get('Observation/of-patient-a')).status).toBe(404);
      ahead = 11 * MINUTE;
      expect((await asker.get('Observation/of-patient-a')).status).toBe(404);
    } finally {
      await strict.close();
    }
  }, 60_000);
});
