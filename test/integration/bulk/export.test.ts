import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bundle, Observation, OperationOutcome } from '@medplum/fhirtypes';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { ASYNC, exported, finished, kickOff, linesOf } from './export-client.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ settings: ['bulk.linesPerFile=10', 'bulk.jobsPerClient=3'] });
  const full = server.as('full');
  for (const patient of ['patient-a', 'patient-b']) {
    const entry = Array.from({ length: 15 }, (_, n) => ({
      request: { method: 'POST', url: 'Observation' },
      resource: observation(patient, { status: n % 3 === 0 ? 'amended' : 'final' }),
    }));
    const answer = await full.post('', { resourceType: 'Bundle', type: 'transaction', entry });
    if (answer.status !== 200) throw new Error(answer.text);
  }
  await full.put('Group/g', {
    resourceType: 'Group',
    id: 'g',
    type: 'person',
    actual: true,
    member: [{ entity: { reference: 'Patient/patient-b' } }],
  });
}, 120_000);
afterAll(async () => {
  await server.close();
}, 60_000);

describe('Bulk Data 2.0 export: kick-off', () => {
  test('without Prefer: respond-async it is refused', async () => {
    const answer = await server.as('full').get('$export');
    expect([answer.status, answer.codes()]).toEqual([400, ['BULK_ASYNC_REQUIRED']]);
  });

  test('who has no policy for the operation is refused, and that is recorded', async () => {
    const head = await server.auditHead();
    const answer = await server.as('clinician').get('$export', ASYNC);
    expect([answer.status, answer.codes()]).toEqual([403, ['ACCESS_OPERATION_DENIED']]);
    expect(await server.audit(head)).toMatchObject([
      { interaction: 'operation:export', outcome: 8, agent: 'Practitioner/clinician' },
      { interaction: 'security', outcome: 8, security_type: '110106' },
    ]);
  });

  test.each([
    ['_outputFormat=text/csv', 'BULK_PARAMETER_UNSUPPORTED'],
    ['organizeOutputBy=Group', 'BULK_PARAMETER_UNSUPPORTED'],
    ['includeAssociatedData=LatestProvenanceResources', 'BULK_PARAMETER_UNSUPPORTED'],
    ['foo=bar', 'BULK_PARAMETER_UNSUPPORTED'],
    ['_typeFilter=Observation%3F_sort%3Ddate', 'BULK_PARAMETER_UNSUPPORTED'],
  ])('%s is refused, and left out with handling=lenient', async (query, code) => {
    const full = server.as('full');
    const strict = await full.get(`$export?_type=Group&${query}`, ASYNC);
    expect([strict.status, strict.codes()]).toEqual([400, [code]]);
    const answer = await full.get(`$export?_type=Group&${query}`, {
      prefer: 'respond-async, handling=lenient',
    });
    expect(answer.status).toBe(202);
    const status = answer.headers.get('content-location') ?? '';
    const { error } = (await finished(full, status)).json();
    const told = await linesOf<OperationOutcome>(full, error as never);
    expect(told.map(({ resourceType }) => resourceType)).toEqual(['OperationOutcome']);
    await full.delete(status);
  });

  test.each([
    ['_since=yesterday', 'BULK_PARAMETER_INVALID'],
    ['_type=Foo', 'FHIR_UNKNOWN_RESOURCE_TYPE'],
    ['_typeFilter=Observation%3Ffoo%3Dbar', 'SEARCH_UNKNOWN_PARAMETER'],
    ['patient=Patient/patient-a', 'BULK_PARAMETER_INVALID'],
    ['_elements=a.b.c', 'BULK_PARAMETER_INVALID'],
  ])('%s is refused: %s', async (query, code) => {
    const answer = await server.as('full').get(`$export?${query}`, ASYNC);
    expect(answer.codes()).toEqual([code]);
    expect(answer.status).toBeLessThan(500);
  });

  test('more jobs of one client than allowed answer 429 with Retry-After', async () => {
    const full = server.as('full');
    const answers = await Promise.all(Array.from({ length: 12 }, () => full.get('$export', ASYNC)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('retry-after')).toMatch(/^\d+$/);
    for (const { headers, status } of answers) {
      const location = headers.get('content-location');
      if (status === 202 && location !== null) await finished(full, location);
    }
  });
});

describe('Bulk Data 2.0 export: what is exported', () => {
  test('the whole system: every resource once, in files of one type with their number of lines', async () => {
    const full = server.as('full');
    const manifest = await exported(full, '$export?_type=Observation,Group');
    expect(manifest).toMatchObject({ requiresAccessToken: true, error: [], deleted: [] });
    expect(manifest.request).toContain('/fhir/$export?_type=Observation,Group');
    const observations = manifest.output.filter(({ type }) => type === 'Observation');
    expect(observations.length).toBeGreaterThan(0);
    const found = await linesOf(full, observations);
    expect(new Set(found.map(({ id }) => id)).size).toBe(30);
    expect(found).toHaveLength(observations.reduce((sum, { count }) => sum + count, 0));
    const { rows } = await server.sql.query<{ rid: string }>(
      "select rid from resource r join resource_type t on t.code = r.type where t.name = 'Observation' and not deleted",
    );
    expect(rows).toHaveLength(found.length);
  });

  test('POST with Parameters means the same as GET', async () => {
    const full = server.as('full');
    const answer = await full.post(
      '$export',
      {
        resourceType: 'Parameters',
        parameter: [
          { name: '_type', valueString: 'Observation' },
          { name: '_typeFilter', valueString: 'Observation?status=amended' },
          { name: '_outputFormat', valueString: 'application/fhir+ndjson' },
        ],
      },
      ASYNC,
    );
    expect(answer.status).toBe(202);
    const { output } = (await finished(full, answer.headers.get('content-location') ?? '')).json();
    const found = await linesOf<Observation>(full, output as never);
    expect(found.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 'amended'));
  });

  test('a group: the compartments of its members; patient narrows it, and one outside is refused', async () => {
    const full = server.as('full');
    const { output } = await exported(full, 'Group/g/$export?_type=Patient,Observation');
    const found = await linesOf<Observation>(full, output);
    expect(found).toHaveLength(16);
    expect(new Set(found.map(({ subject, id }) => subject?.reference ?? `Patient/${id}`))).toEqual(
      new Set(['Patient/patient-b']),
    );
    const patient = (id: string) => ({
      resourceType: 'Parameters',
      parameter: [{ name: 'patient', valueReference: { reference: `Patient/${id}` } }],
    });
    const outside = await full.post('Group/g/$export', patient('patient-a'), ASYNC);
    expect(outside.codes()).toEqual(['BULK_PARAMETER_INVALID']);
    const inside = await full.post(
      'Group/g/$export?_type=Observation',
      patient('patient-b'),
      ASYNC,
    );
    const manifest = await finished(full, inside.headers.get('content-location') ?? '');
    expect(await linesOf(full, manifest.json()['output'] as never)).toHaveLength(15);
  });

  test('all patients: nothing outside of their compartments', async () => {
    const full = server.as('full');
    const { output } = await exported(full, 'Patient/$export');
    const types = new Set(output.map(({ type }) => type));
    expect(types).toContain('Observation');
    expect(types).toContain('Patient');
    expect(types).not.toContain('Practitioner');
    const refused = await full.get('Patient/$export?_type=Practitioner', ASYNC);
    expect(refused.codes()).toEqual(['BULK_PARAMETER_UNSUPPORTED']);
  });

  test('_elements cuts the resources and says so', async () => {
    const full = server.as('full');
    const { output } = await exported(
      full,
      '$export?_type=Observation&_elements=Observation.status',
    );
    const [first] = await linesOf<Observation>(full, output);
    expect(Object.keys(first ?? {}).sort()).toEqual([
      'code',
      'id',
      'meta',
      'resourceType',
      'status',
    ]);
    expect(first?.meta?.tag?.[0]?.code).toBe('SUBSETTED');
  });

  test('_since: what changed, and what was deleted as transaction Bundles', async () => {
    const full = server.as('full');
    const gone = (await full.post('Observation', observation('patient-a'))).json<Observation>();
    const { transactionTime } = await exported(full, '$export?_type=Observation');
    const added = (await full.post('Observation', observation('patient-b'))).json<Observation>();
    await full.delete(`Observation/${gone.id ?? ''}`);
    const manifest = await exported(full, `$export?_type=Observation&_since=${transactionTime}`);
    const found = await linesOf(full, manifest.output);
    expect(found.map(({ id }) => id)).toEqual([added.id]);
    const bundles = await linesOf<Bundle>(full, manifest.deleted);
    expect(bundles.flatMap(({ entry }) => entry?.map(({ request }) => request))).toEqual([
      { method: 'DELETE', url: `Observation/${gone.id ?? ''}` },
    ]);
    expect(manifest.deleted.map(({ type }) => type)).toEqual(['Bundle']);
    await full.delete(`Observation/${added.id ?? ''}`);
  });

  test.each(['$export', 'Patient/$export'])(
    'a patient exports what is theirs with the shipped role: %s',
    async (path) => {
      const patient = server.as('patient-a');
      const { output, error } = await exported(patient, `${path}?_type=Patient,Observation`);
      const lines = await linesOf<Observation>(patient, output);
      expect(error).toEqual([]);
      expect(lines.filter(({ subject }) => subject !== undefined)).toHaveLength(15);
      expect(
        lines.filter(
          ({ id, subject }) =>
            (subject?.reference ?? `Patient/${String(id)}`) !== 'Patient/patient-a',
        ),
      ).toEqual([]);
    },
  );

  test('[R-121] the policy of the caller narrows an export as it narrows a search', async () => {
    const full = server.as('full');
    await full.put('AccessPolicy/exporter', {
      resourceType: 'AccessPolicy',
      id: 'exporter',
      extension: [
        {
          url: 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation',
          valueCode: 'export',
        },
      ],
      name: 'Exporter',
      resource: [
        { resourceType: 'Observation', criteria: 'Observation?subject=Patient/patient-a' },
      ],
    });
    await full.put('ProjectMembership/exporter', {
      resourceType: 'ProjectMembership',
      id: 'exporter',
      project: { reference: 'Project/test' },
      user: { reference: 'User/exporter' },
      profile: { reference: 'Practitioner/exporter' },
      accessPolicy: { reference: 'AccessPolicy/exporter' },
    });
    await full.put('Practitioner/exporter', { resourceType: 'Practitioner', id: 'exporter' });
    const exporter = server.asProfile('Practitioner/exporter');
    const { output } = await exported(exporter, '$export');
    expect(new Set(output.map(({ type }) => type))).toEqual(new Set(['Observation']));
    const found = await linesOf<Observation>(exporter, output);
    expect(new Set(found.map(({ subject }) => subject?.reference))).toEqual(
      new Set(['Patient/patient-a']),
    );
    const denied = await exporter.get('$export?_type=Patient', ASYNC);
    expect([denied.status, denied.codes()]).toEqual([403, ['ACCESS_DENIED']]);

    // Whoever loses the right gets no more of it, not even what was written already.
    await full.delete('ProjectMembership/exporter');
    const file = await exporter.get(output[0]?.url ?? '');
    expect([file.status, file.codes()]).toEqual([403, ['ACCESS_OPERATION_DENIED']]);
  });
});

describe('Bulk Data 2.0 export: status and files', () => {
  test('to others, and under another scope, the job does not exist', async () => {
    const full = server.as('full');
    const status = await kickOff(full, '$export?_type=Group');
    const manifest = (await finished(full, status)).json();
    const file = String((manifest['output'] as unknown as { url: string }[])[0]?.url);
    const never = status.replace(/[^/]+$/, '00000000-0000-4000-8000-000000000000');
    const unknown = await server.as('admin').get(never);
    for (const other of [
      server.as('admin'),
      server.asProfile('ClientApplication/full', 'system/*.rs system/*.cruds'),
    ]) {
      for (const url of [status, file]) {
        const answer = await other.get(url);
        expect([answer.status, answer.codes()]).toEqual([404, ['BULK_JOB_UNKNOWN']]);
        expect(answer.text).toBe(unknown.text);
      }
      expect((await other.delete(status)).status).toBe(404);
    }
    expect((await server.anonymous().get(file)).status).toBe(401);
    expect((await full.get(file)).status).toBe(200);
  });

  test('DELETE answers 202, and then status and files are 404', async () => {
    const full = server.as('full');
    const status = await kickOff(full, '$export?_type=Group');
    const manifest = (await finished(full, status)).json();
    const file = String((manifest['output'] as unknown as { url: string }[])[0]?.url);
    expect((await full.delete(status)).status).toBe(202);
    expect((await full.get(status)).status).toBe(404);
    expect((await full.get(file)).status).toBe(404);
    expect((await full.delete(status)).status).toBe(404);
  });

  test('the manifest says how long files are kept, files are NDJSON that no cache keeps', async () => {
    const full = server.as('full');
    const answer = await finished(full, await kickOff(full, '$export?_type=Group'));
    expect(answer.headers.get('content-type')).toBe('application/json');
    const expires = Date.parse(answer.headers.get('expires') ?? '');
    expect(expires).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    const file = String((answer.json()['output'] as unknown as { url: string }[])[0]?.url);
    const { headers } = await full.get(file);
    expect(headers.get('content-type')).toBe('application/fhir+ndjson');
    expect(headers.get('cache-control')).toBe('no-store, private');
  });
});

test('[R-050] BALP: kick-off, every patient of every file, and every download stand on the ledger', async () => {
  const full = server.as('full');
  const head = await server.auditHead();
  const { output } = await exported(full, '$export?_type=Observation');
  const url = output[0]?.url ?? '';
  await full.get(url);
  await full.delete(url.replace(/\/\d+$/, ''));
  const rows = await server.audit(head);
  const exports = rows.filter(({ interaction }) => interaction === 'operation:export');
  const written = exports.filter(({ detail }) => detail === 'Written to a file');
  expect(new Set(written.map(({ patient }) => patient))).toEqual(
    new Set(['patient-a', 'patient-b']),
  );
  expect(exports.filter(({ detail }) => detail?.startsWith('Started as') === true)).toHaveLength(1);
  expect(exports.filter(({ detail }) => detail === 'File downloaded')).toHaveLength(1);
  expect(exports.filter(({ detail }) => detail === 'Cancelled or removed')).toHaveLength(1);
});
