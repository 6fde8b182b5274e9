import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { observation } from '../../support/resources.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { linesOf } from './export-client.ts';
import {
  failures,
  imported,
  type ImportManifest,
  kickOffImport,
  ndjson,
  parametersOf,
  upload,
} from './import-client.ts';

const LINE = 4_096;

let server: TestServer;
let source: Receiver;

beforeAll(async () => {
  source = await startReceiver();
  server = await startTestServer({
    settings: [
      'bulk.jobsPerClient=3',
      'bulk.maxImportBytes=1000000',
      `bulk.maxLineBytes=${String(LINE)}`,
      'fhir.referentialIntegrity=true',
      `subscriptions.privateDestinations=${source.host}`,
    ],
  });
  for (const id of ['patient-a', 'patient-b'])
    await server.as('full').put(`Patient/${id}`, { resourceType: 'Patient', id });
}, 120_000);
afterAll(async () => {
  await server.close();
  await source.close();
}, 60_000);

const patient = (id: string, more: object = {}) => ({ resourceType: 'Patient', id, ...more });

describe('$import: kick-off', () => {
  test('without Prefer: respond-async it is refused', async () => {
    const answer = await server.as('full').post('$import', parametersOf([{ url: 'Binary/x' }]));
    expect([answer.status, answer.codes()]).toEqual([400, ['BULK_ASYNC_REQUIRED']]);
  });

  test('who has no policy for the operation is refused before the body is taken in, and that is recorded', async () => {
    const head = await server.auditHead();
    const answer = await upload(server.as('clinician'), ndjson([patient('never')]));
    expect([answer.status, answer.codes()]).toEqual([403, ['ACCESS_OPERATION_DENIED']]);
    expect(await server.audit(head)).toMatchObject([
      { interaction: 'operation:import', outcome: 8, agent: 'Practitioner/clinician' },
      { interaction: 'security', outcome: 8, security_type: '110107' },
    ]);
    const { rows } = await server.sql.query(
      'select 1 from bulk_job union all select 1 from bulk_file',
    );
    expect(rows).toHaveLength(0);
  });

  test.each([
    [[], 'BULK_PARAMETER_INVALID'],
    [[{ url: 'http://127.0.0.1:1/x' }], 'BULK_PARAMETER_INVALID'],
    [[{ url: 'https://169.254.169.254/latest' }], 'BULK_PARAMETER_INVALID'],
    [[{ url: 'https://a:b@example.org/x' }], 'BULK_PARAMETER_INVALID'],
    [[{ url: 'file:///etc/passwd' }], 'BULK_PARAMETER_INVALID'],
    [[{ url: 'nonsense' }], 'BULK_PARAMETER_INVALID'],
    [[{ url: 'Binary/x', type: 'Foo' }], 'FHIR_UNKNOWN_RESOURCE_TYPE'],
  ])('%j is refused: %s', async (inputs, code) => {
    const answer = await kickOffImport(server.as('full'), inputs);
    expect([answer.status < 500, answer.codes()]).toEqual([true, [code]]);
  });

  test.each([
    [{ name: 'inputFormat', valueCode: 'text/csv' }, 'BULK_PARAMETER_UNSUPPORTED'],
    [
      { name: 'storageDetail', part: [{ name: 'type', valueCode: 'aws-s3' }] },
      'BULK_PARAMETER_UNSUPPORTED',
    ],
    [{ name: 'mode', valueString: 'InitialLoad' }, 'BULK_PARAMETER_UNSUPPORTED'],
    [{ name: 'input', part: 'x' }, 'OPERATION_INVALID_PARAMETERS'],
    [{ name: 'input', part: [{ name: 'url', valueInteger: 1 }] }, 'BULK_PARAMETER_INVALID'],
  ])('the parameter %j is refused: %s', async (parameter, code) => {
    const body = { resourceType: 'Parameters', parameter: [parameter] };
    const answer = await server.as('full').post('$import', body, { prefer: 'respond-async' });
    expect([answer.status < 500, answer.codes()]).toEqual([true, [code]]);
  });

  test('a body that is larger than allowed answers 413, and nothing is left behind', async () => {
    const body = '{"resourceType":"Patient","id":"large"}\n'.repeat(30_000);
    const answer = await upload(server.as('full'), body);
    expect([answer.status, answer.codes()]).toEqual([413, ['FHIR_BODY_TOO_LARGE']]);
    const { rows } = await server.sql.query("select 1 from bulk_job where status = 'active'");
    expect(rows).toHaveLength(0);
  });

  test('a Binary that is not there answers 404, and nothing is left behind', async () => {
    const answer = await kickOffImport(server.as('full'), [{ url: 'Binary/unknown' }]);
    expect([answer.status, answer.codes()]).toEqual([404, ['FHIR_NOT_FOUND']]);
    const { rows } = await server.sql.query("select 1 from bulk_job where status = 'active'");
    expect(rows).toHaveLength(0);
  });
});

describe('$import: what is written', () => {
  test('NDJSON in the body: created, updated, left alone; each with its row on the ledger', async () => {
    const full = server.as('full');
    await full.put('Patient/old', patient('old', { active: false }));
    await full.put('Patient/same', patient('same', { active: true }));
    const head = await server.auditHead();
    const body = ndjson([
      patient('new-1'),
      '',
      '  \r',
      patient('old', { active: true }),
      patient('same', { active: true }),
      observation('new-1'),
    ]);
    const manifest = await imported(full, await upload(full, body));
    expect(manifest).toMatchObject({
      output: [{ count: 4 }],
      outcome: [],
      extension: { lines: 4, created: 2, updated: 1, unchanged: 1, failed: 0 },
    });
    expect((await full.get('Patient/old')).json()).toMatchObject({
      active: true,
      meta: { versionId: '2' },
    });
    expect((await full.get('Patient/same')).json()).toMatchObject({ meta: { versionId: '1' } });
    const found = (await full.get('Observation?patient=new-1')).json<{ entry: unknown[] }>();
    expect(found.entry).toHaveLength(1);
    const rows = await server.audit(head);
    expect(rows.map(({ interaction, type, patient: of }) => [interaction, type, of])).toEqual(
      expect.arrayContaining(
        [
          ['operation:import', undefined, undefined],
          ['create', 'Patient', 'new-1'],
          ['update', 'Patient', 'old'],
          ['create', 'Observation', 'new-1'],
        ].map((row) => row.map((value) => value ?? null)),
      ),
    );
  });

  test('each line that fails is told with its number, code and text; the others are written', async () => {
    const full = server.as('full');
    const body = ndjson([
      patient('fine-1'),
      '{"resourceType":"Patient"',
      '[1]',
      { resourceType: 'Foo' },
      patient('invalid', { birthDate: 'yesterday' }),
      patient('a b'),
      { resourceType: 'AuditEvent', id: 'forged' },
      `{"resourceType":"Patient","id":"long","name":[{"text":"${'x'.repeat(LINE)}"}]}`,
      observation('nobody-there'),
      patient('fine-2'),
    ]);
    const manifest = await imported(full, await upload(full, body));
    expect(manifest.extension).toMatchObject({ lines: 10, created: 2, failed: 8 });
    expect(await failures(full, manifest)).toEqual([
      [2, 'FHIR_INVALID_JSON'],
      [3, 'FHIR_INVALID_JSON'],
      [4, 'FHIR_UNKNOWN_RESOURCE_TYPE'],
      [5, 'FHIR_INVALID_RESOURCE'],
      [6, 'FHIR_INVALID_ID'],
      [7, 'FHIR_METHOD_NOT_ALLOWED'],
      [8, 'BULK_LINE_TOO_LONG'],
      [9, 'FHIR_REFERENCE_NOT_FOUND'],
    ]);
    expect((await full.get('Patient/fine-2')).status).toBe(200);
    expect((await full.get('Patient/invalid')).status).toBe(404);
  });

  test('FHIR R4 http#create referential integrity: the order of lines and inputs does not matter', async () => {
    const full = server.as('full');
    const chain = [
      { ...observation('late'), id: 'link-2', hasMember: [{ reference: 'Observation/link-1' }] },
      { ...observation('late'), id: 'link-1', hasMember: [{ reference: 'Observation/link-0' }] },
      { ...observation('late'), id: 'link-0' },
    ];
    // More than one chunk lies between what refers and what is referred to.
    const between = Array.from({ length: 1_200 }, (_, n) => patient(`between-${String(n)}`));
    const manifest = await imported(
      full,
      await upload(full, ndjson([...chain, ...between, patient('late')])),
    );
    expect(manifest.extension).toMatchObject({ lines: 1_204, created: 1_204, failed: 0 });
    expect((await full.get('Observation/link-2')).status).toBe(200);
    const { rows } = await server.sql.query('select 1 from bulk_line');
    expect(rows.length).toBeLessThan(100);
  }, 60_000);

  test('of several lines about one resource the last one counts, even where an earlier one had to wait', async () => {
    const full = server.as('full');
    const waits = { ...observation('later'), id: 'twice', status: 'preliminary' };
    const last = { ...observation('patient-a'), id: 'twice', status: 'final' };
    const body = ndjson([
      patient('thrice', { active: true }),
      patient('thrice', { active: false }),
      patient('thrice', { active: true }),
      waits,
      last,
      ...Array.from({ length: 600 }, (_, n) => patient(`filler-${String(n)}`)),
      patient('later'),
    ]);
    const manifest = await imported(full, await upload(full, body));
    expect(manifest.extension).toMatchObject({ failed: 0 });
    expect((await full.get('Patient/thrice')).json()).toMatchObject({
      active: true,
      meta: { versionId: '3' },
    });
    expect((await full.get('Observation/twice')).json()).toMatchObject({
      status: 'final',
      meta: { versionId: '1' },
    });
  }, 60_000);

  test('a resource that refers to what fails fails as well', async () => {
    const full = server.as('full');
    const body = ndjson([
      patient('broken', { gender: 'none' }),
      { ...observation('broken'), id: 'o-broken' },
    ]);
    const manifest = await imported(full, await upload(full, body));
    expect(await failures(full, manifest)).toEqual([
      [1, 'FHIR_INVALID_RESOURCE'],
      [2, 'FHIR_REFERENCE_NOT_FOUND'],
    ]);
  });
});

describe('$import: inputs', () => {
  test('Binaries of this server, with the type of their lines', async () => {
    const full = server.as('full');
    const store = async (text: string): Promise<string> => {
      const answer = await full.post('Binary', text, {
        'content-type': 'application/octet-stream',
      });
      return `Binary/${answer.json<{ id: string }>().id}`;
    };
    const one = await store(ndjson([patient('from-binary')]));
    const two = await store(ndjson([observation('from-binary'), patient('wrong-type')]));
    const kickOff = await kickOffImport(full, [
      { url: two, type: 'Observation' },
      { url: one, type: 'Patient' },
    ]);
    const manifest = await imported(full, kickOff);
    expect(manifest.output).toMatchObject([
      { inputUrl: two, type: 'Observation', count: 1 },
      { inputUrl: one, type: 'Patient', count: 1 },
    ]);
    expect(manifest.outcome).toMatchObject([{ inputUrl: two, count: 1 }]);
    expect(await failures(full, manifest)).toEqual([[2, 'FHIR_TYPE_DIFFERS']]);
  });

  test('a URL that the deployment allows is fetched, without credentials', async () => {
    const full = server.as('full');
    source.answer = (_call, response) => response.writeHead(200).end(ndjson([patient('fetched')]));
    const manifest = await imported(
      full,
      await kickOffImport(full, [{ url: `${source.url}/p.ndjson` }]),
    );
    expect(manifest.extension).toMatchObject({ created: 1, failed: 0 });
    const call = source.calls.at(-1);
    expect(call).toMatchObject({ method: 'GET', path: '/p.ndjson' });
    expect(call?.headers.authorization).toBeUndefined();
  });

  test('what cannot be fetched is told as line 0 of its input; a redirect is not followed; the others are imported', async () => {
    const full = server.as('full');
    const before = source.calls.length;
    source.answer = ({ path }, response) => {
      if (path === '/gone') response.writeHead(404).end();
      else if (path === '/elsewhere') response.writeHead(302, { location: '/p' }).end();
      else if (path === '/cut') response.writeHead(200, { 'content-length': '1000' }).end('{');
      else response.writeHead(200).end(ndjson([patient('after-all')]));
    };
    const urls = ['/gone', '/elsewhere', '/cut', '/p'].map((path) => ({ url: source.url + path }));
    const manifest = await imported(full, await kickOffImport(full, urls));
    expect(manifest.output.map(({ count }) => count)).toEqual([0, 0, 0, 1]);
    expect(await failures(full, manifest)).toEqual([
      [0, 'BULK_INPUT_UNAVAILABLE'],
      [0, 'BULK_INPUT_UNAVAILABLE'],
      [0, 'BULK_INPUT_UNAVAILABLE'],
    ]);
    expect(source.calls.slice(before).filter(({ path }) => path === '/p')).toHaveLength(1);
  }, 60_000);
});

describe('$import: policy', () => {
  beforeAll(async () => {
    const policy = await server.as('full').put('AccessPolicy/importer', {
      resourceType: 'AccessPolicy',
      id: 'importer',
      extension: [
        {
          url: 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation',
          valueCode: 'import',
        },
      ],
      resource: [
        { resourceType: 'Patient', interaction: ['read'], criteria: 'Patient?_id=patient-a' },
        { resourceType: 'Observation', criteria: 'Observation?subject=Patient/patient-a' },
      ],
    });
    const member = await server.as('full').put('ProjectMembership/importer', {
      resourceType: 'ProjectMembership',
      id: 'importer',
      project: { reference: 'Project/test' },
      user: { reference: 'User/importer' },
      profile: { reference: 'Practitioner/importer' },
      accessPolicy: { reference: 'AccessPolicy/importer' },
    });
    await server.as('full').put('Practitioner/importer', {
      resourceType: 'Practitioner',
      id: 'importer',
    });
    if (policy.status !== 201 || member.status !== 201) throw new Error(policy.text + member.text);
  });

  test('what the caller may not write is refused line by line, recorded, and not written', async () => {
    const full = server.as('full');
    await full.put('Observation/of-b', { ...observation('patient-b'), id: 'of-b' });
    const importer = server.asProfile('Practitioner/importer');
    const head = await server.auditHead();
    const body = ndjson([
      observation('patient-a'),
      observation('patient-b'),
      patient('mine'),
      { ...observation('patient-a'), id: 'of-b' },
      { ...observation('patient-a'), id: 'not-there' },
    ]);
    const manifest = await imported(importer, await upload(importer, body));
    const told = await failures(importer, manifest);
    expect(told).toEqual([
      [2, 'ACCESS_DENIED'],
      [3, 'ACCESS_DENIED'],
      // What is hidden and what is not there look alike.
      [4, 'FHIR_NOT_FOUND'],
      [5, 'FHIR_NOT_FOUND'],
    ]);
    expect((await full.get('Observation/of-b')).json()).toMatchObject({
      subject: { reference: 'Patient/patient-b' },
    });
    const rows = await server.audit(head);
    expect(
      rows.filter(({ outcome, agent }) => outcome === 8 && agent === 'Practitioner/importer'),
    ).toHaveLength(2);
  });

  test('status, files and removal are for who started it; to all others there is no such import', async () => {
    const full = server.as('full');
    const kickOff = await upload(full, '{}\n');
    const manifest = await imported(full, kickOff);
    const status = kickOff.headers.get('content-location') ?? '';
    const file = manifest.outcome[0]?.url ?? '';
    const importer = server.asProfile('Practitioner/importer');
    for (const [method, url] of [
      ['GET', status],
      ['GET', file],
      ['DELETE', status],
    ] as const) {
      const answer = await importer.send(method, url);
      expect([answer.status, answer.codes()]).toEqual([404, ['BULK_JOB_UNKNOWN']]);
    }
    expect((await full.get(status.replace('/import/', '/export/'))).status).toBe(404);
    // What was sent in is not given out again.
    expect((await full.get(`${status}/1`)).status).toBe(404);
    expect((await full.delete(status)).status).toBe(202);
    expect((await full.get(file)).status).toBe(404);
  });

  test('who loses the right while it runs imports no more', async () => {
    const full = server.as('full');
    const importer = server.asProfile('Practitioner/importer');
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    source.answer = (_call, response) => {
      void held.then(() => response.writeHead(200).end(ndjson([observation('patient-a')])));
    };
    const before = source.calls.length;
    const kickOff = await kickOffImport(importer, [{ url: `${source.url}/slow` }]);
    expect(kickOff.status).toBe(202);
    await source.until(before + 1);
    await full.delete('ProjectMembership/importer');
    release();
    const status = kickOff.headers.get('content-location') ?? '';
    const id = status.split('/').at(-1);
    for (let n = 0; n < 400; n += 1) {
      const { rows } = await server.sql.query<{ status: string }>(
        'select status from bulk_job where id = $1',
        [id],
      );
      if (rows[0]?.status === 'failed') break;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const { rows } = await server.sql.query<{ status: string; failure: string }>(
      'select status, failure from bulk_job where id = $1',
      [id],
    );
    expect(rows).toMatchObject([{ status: 'failed' }]);
    expect(rows[0]?.failure).toMatch(/^ACCESS_|^AUTH_/);
    const found = (await full.get('Observation?patient=patient-a&_summary=count')).json<{
      total: number;
    }>();
    expect(found.total).toBe(
      (await full.get('Observation?patient=patient-a&_count=100')).json<{ entry: unknown[] }>()
        .entry.length,
    );
  }, 60_000);
});

test('$import: cancelled while it is read, it stops', async () => {
  const full = server.as('full');
  source.answer = (_call, response) => {
    response.writeHead(200);
    // Never ends.
    response.write(ndjson([patient('cancelled-0')]));
  };
  const before = source.calls.length;
  const kickOff = await kickOffImport(full, [{ url: `${source.url}/endless` }]);
  await source.until(before + 1);
  const status = kickOff.headers.get('content-location') ?? '';
  const running = await full.get(status);
  expect(running.status).toBe(202);
  expect(running.headers.get('x-progress')).toMatch(/^\d+ lines read/);
  expect(running.headers.get('retry-after')).toMatch(/^\d+$/);
  expect((await full.delete(status)).status).toBe(202);
  expect((await full.get(status)).status).toBe(404);
  const { rows } = await server.sql.query(
    'select 1 from bulk_file f left join bulk_job j on j.id = f.job where j.id is null',
  );
  expect(rows).toHaveLength(0);
});

test('$import: the CapabilityStatement lists it, and an outcome has the text of the error', async () => {
  const full = server.as('full');
  const statement = (await full.get('metadata')).json<{
    rest: { operation: { name: string }[] }[];
  }>();
  expect(statement.rest[0]?.operation.map(({ name }) => name)).toContain('import');
  const manifest: ImportManifest = await imported(
    full,
    await upload(full, ndjson(['{', patient('x y')])),
  );
  const told = await linesOf<{ issue: { diagnostics: string }[] }>(full, manifest.outcome);
  expect(told.map(({ issue }) => issue[0]?.diagnostics.length)).toEqual([
    expect.any(Number),
    expect.any(Number),
  ]);
});
