import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Clock } from '../../../../src/clock.ts';
import type { Answer } from '../../../../test/support/fhir-client.ts';
import { grant } from '../../../../test/support/grant.ts';
import type { TestServer } from '../../../../test/support/server.ts';
import { STAFF, startSupport } from './support-server.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
let server: TestServer;
let ahead = 0;
const clock: Clock = { now: () => Date.now() + ahead };

beforeAll(async () => {
  server = await startSupport(clock, 'maxOpen=2');
}, 60_000);
afterAll(() => server.close(), 30_000);
beforeEach(() => {
  ahead = 0;
});

const parameters = (...parameter: readonly object[]): object => ({
  resourceType: 'Parameters',
  ...(parameter.length === 0 ? {} : { parameter }),
});
const ASKED = [
  { name: 'ticket', valueString: 'SUP-1' },
  { name: 'reason', valueString: 'Values do not arrive' },
];

function begin(on: TestServer, who: string, patient: string): Promise<Answer> {
  return on.asProfile(who).post(`Patient/${patient}/$break-glass`, parameters(...ASKED));
}

function end(on: TestServer, who: string, patient: string): Promise<Answer> {
  return on.asProfile(who).post(`Patient/${patient}/$end-break-glass`, parameters());
}

async function sees(who: string, patient: string): Promise<boolean> {
  return (await server.asProfile(who).get(`Observation/of-${patient}`)).status === 200;
}

describe('[R-155] somebody of support who also treats the patient', () => {
  const BOTH = 'Practitioner/both';

  test('cannot lengthen their own break-glass, nor make one of another Task of theirs', async () => {
    await grant(server, BOTH, { support: {}, 'break-glass': {}, clinician: {} });
    const full = server.as('full');
    const patient = (await full.get('Patient/patient-a')).json<object>();
    await full.put('Patient/patient-a', {
      ...patient,
      generalPractitioner: [{ reference: BOTH }],
    });
    const task = (await begin(server, BOTH, 'patient-a')).json<{
      readonly id: string;
      readonly code: object;
    }>();
    const both = server.asProfile(BOTH);
    expect((await both.get(`Task/${task.id}`)).status).toBe(200);
    const longer = { executionPeriod: { start: '2020-01-01', end: '2099-01-01' } };
    const refused = async (sent: Promise<Answer>): Promise<void> =>
      expect([403, 404]).toContain((await sent).status);
    await refused(both.put(`Task/${task.id}`, { ...task, ...longer }));
    const patch = [{ op: 'replace', path: '/executionPeriod/end', value: '2099-01-01' }];
    const headers = { 'content-type': 'application/json-patch+json' };
    await refused(both.send('PATCH', `Task/${task.id}`, { body: patch, headers }));
    const own = {
      resourceType: 'Task',
      id: 'own',
      status: 'in-progress',
      intent: 'order',
      for: { reference: 'Patient/patient-a' },
      requester: { reference: BOTH },
      owner: { reference: BOTH },
    };
    await full.put('Task/own', own);
    const made = {
      ...own,
      ...longer,
      code: task.code,
      requester: { reference: 'Device/plugin-support' },
    };
    await refused(both.put('Task/own', made));
    await refused(both.post('Task', { ...made, id: undefined }));
    // What clinicians do with Tasks goes on.
    expect((await both.put('Task/own', { ...own, status: 'completed' })).status).toBe(200);
    await end(server, BOTH, 'patient-a');
    await full.put('Patient/patient-a', { ...patient, generalPractitioner: undefined });
    expect(await sees(BOTH, 'patient-a')).toBe(false);
  });
});

describe('[R-155] a break-glass', () => {
  test('ends for somebody whose role was taken away while it was open', async () => {
    const [who] = STAFF;
    expect((await begin(server, who, 'patient-a')).status).toBe(200);
    expect(await sees(who, 'patient-a')).toBe(true);
    await grant(server, who, { auditor: {} });
    expect(await sees(who, 'patient-a')).toBe(false);
    expect((await begin(server, who, 'patient-a')).status).toBe(403);
    await grant(server, who, { support: {}, 'break-glass': {} });
    expect((await end(server, who, 'patient-a')).status).toBe(200);
  });

  test('is ended by nobody else, and opens nothing more by a Task that refers to somebody else', async () => {
    const [who, colleague] = STAFF;
    expect((await begin(server, who, 'patient-a')).status).toBe(200);
    expect((await end(server, colleague, 'patient-a')).codes()).toEqual(['SUPPORT_NOT_OPEN']);
    expect(await sees(who, 'patient-a')).toBe(true);
    expect((await end(server, who, 'patient-a')).status).toBe(200);
  });

  test('many that begin at one moment are no more than the limit', async () => {
    const [, who] = STAFF;
    const ids = ['patient-a', 'patient-b', 'patient-a', 'patient-b', 'patient-a', 'patient-b'];
    await Promise.all(ids.map((patient) => begin(server, who, patient)));
    const open = await server.as('full').get(`Task?owner=${who}&status=in-progress&_summary=count`);
    expect(open.json<{ total: number }>().total).toBeLessThanOrEqual(2);
    for (const patient of ['patient-a', 'patient-b']) await end(server, who, patient);
    expect(await sees(who, 'patient-a')).toBe(false);
  });

  test('a clock that is set back lengthens it by no more than it was set back', async () => {
    const [who] = STAFF;
    expect((await begin(server, who, 'patient-a')).status).toBe(200);
    ahead = -30 * MINUTE;
    // Before its start it is not open either.
    expect(await sees(who, 'patient-a')).toBe(false);
    ahead = 61 * MINUTE;
    expect(await sees(who, 'patient-a')).toBe(false);
    ahead = 0;
    await end(server, who, 'patient-a');
  });

  test('a search by the colleague for whose patient it is finds nothing, and its error tells nothing', async () => {
    const [who, colleague] = STAFF;
    await begin(server, who, 'patient-a');
    const other = server.asProfile(colleague);
    const [open, none] = await Promise.all(
      ['patient-a', 'patient-none'].map((id) => other.get(`Observation?patient=Patient/${id}`)),
    );
    expect(open?.json<{ entry?: object[] }>().entry ?? []).toEqual([]);
    expect(open?.status).toBe(none?.status);
    const tasks = (await other.get('Task')).json<{ entry?: { resource: { owner: object } }[] }>();
    for (const { resource } of tasks.entry ?? [])
      expect(resource.owner).toEqual({ reference: colleague });
    await end(server, who, 'patient-a');
  });
});

describe('[R-048] somebody who treats one patient and breaks the glass for another', () => {
  test.each([
    ['Observation', 'search-type'],
    ['?_type=Observation,Patient', 'search-system'],
    ['Observation?_include=Observation:subject', 'search-type'],
    ['Observation?_count=1&_sort=_lastUpdated', 'search-type'],
  ])('%s is recorded for each with its own rule and purpose', async (path, interaction) => {
    const who = 'Practitioner/mixed';
    await grant(server, who, { clinician: {}, support: {}, 'break-glass': {} });
    const full = server.as('full');
    const treated = (await full.get('Patient/patient-a')).json<object>();
    await full.put('Patient/patient-a', { ...treated, generalPractitioner: [{ reference: who }] });
    expect((await begin(server, who, 'patient-b')).status).toBe(200);
    try {
      const head = await server.auditHead();
      const mixed = server.asProfile(who);
      let answer = await mixed.get(path);
      while (answer.status === 200) {
        const { link = [] } = answer.json<{ link?: { relation: string; url: string }[] }>();
        const next = link.find(({ relation }) => relation === 'next')?.url;
        if (next === undefined) break;
        answer = await mixed.get(next);
      }
      expect(answer.status).toBe(200);
      const rows = (await server.audit(head)).filter(
        (row) => row.interaction === interaction,
      ) as unknown as ({
        patient: string | null;
        rule: string | null;
        purpose: string | null;
      } & object)[];
      for (const [patient, policy, purpose] of [
        ['patient-a', 'clinician', 'TREAT'],
        ['patient-b', 'break-glass', 'BTG'],
      ] as const) {
        const own = rows.filter((row) => row.patient === patient);
        expect(own.length).toBeGreaterThan(0);
        for (const row of own) {
          expect(row.purpose).toBe(purpose);
          for (const rule of row.rule?.split('|') ?? []) expect(rule.split('#')[0]).toBe(policy);
        }
      }
    } finally {
      await end(server, who, 'patient-b');
    }
  });
});

describe('[R-155] a request for four eyes', () => {
  test('lapses after a day, and cannot be approved then', async () => {
    const strict = await startSupport(clock, 'fourEyes=true');
    try {
      const asked = await begin(strict, STAFF[0], 'patient-a');
      const { id } = asked.json<{ id: string }>();
      ahead = DAY + MINUTE;
      const which = parameters({ name: 'task', valueReference: { reference: `Task/${id}` } });
      const late = await strict
        .asProfile(STAFF[1])
        .post('Patient/patient-a/$approve-break-glass', which);
      expect(late.codes()).toEqual(['SUPPORT_NOT_OPEN']);
    } finally {
      ahead = 0;
      await strict.close();
    }
  }, 60_000);
});
